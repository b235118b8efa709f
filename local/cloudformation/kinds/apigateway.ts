import type { Kind, Place, Properties } from '../kind.ts';

const camel = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;

/** Properties as the API names them; maps with keys of the user's own keep those. */
function members(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => name !== 'Tags')
      .map(([name, value]) => {
        if (name === 'DefaultRouteSettings') return [camel(name), members(value as Properties)];
        if (name !== 'RouteSettings') return [camel(name), value];
        const routes = Object.entries(value as Record<string, Properties>);
        return [camel(name), Object.fromEntries(routes.map(([key, settings]) => [key, members(settings)]))];
      }),
  );
}

export const api: Kind = {
  identity: ['ProtocolType'],
  async put(place, properties, before) {
    const input = members(properties);
    const made = await (before === undefined
      ? place.call('apigateway', 'CreateApi', input)
      : place.call('apigateway', 'UpdateApi', { ...input, apiId: before.physicalId }));
    return { physicalId: String(made.apiId), attributes: { ApiId: made.apiId, ApiEndpoint: made.apiEndpoint } };
  },
  remove: (place, { physicalId }) => place.call('apigateway', 'DeleteApi', { apiId: physicalId }),
};

/** Route, integration and stage are made alike. */
const part = (name: 'Route' | 'Integration' | 'Stage', id: string, identity: string[]): Kind => ({
  identity,
  async put(place: Place, properties, before) {
    const input = { ...(name === 'Route' && { authorizationType: 'NONE' }), ...members(properties) };
    const made = await (before === undefined
      ? place.call('apigateway', `Create${name}`, input)
      : place.call('apigateway', `Update${name}`, { ...input, [id]: before.physicalId }));
    const attributes = name === 'Stage' ? {} : { [`${name}Id`]: made[id] };
    return { physicalId: String(made[id]), attributes };
  },
  remove: (place, { physicalId }, { ApiId }) =>
    place.call('apigateway', `Delete${name}`, { apiId: ApiId, [id]: physicalId }),
});

export const route = part('Route', 'routeId', ['ApiId']);
export const integration = part('Integration', 'integrationId', ['ApiId']);
export const stage = part('Stage', 'stageName', ['ApiId', 'StageName']);
