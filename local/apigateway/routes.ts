/** A route as the path of a request chose it. */
export interface Match<Route> {
  route: Route;
  /** Absent where the route has no variables. */
  pathParameters?: Record<string, string>;
}

/** `GET /plans/{id}`, `ANY /files/{proxy+}`, or `$default`. */
const keys = /^(?:\$default|(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) (\/.*))$/;
const variable = /^\{([\w.:-]+)(\+?)\}$/;

const piecesOf = (path: string): string[] => path.split('/').slice(1);

/** Whether a route may have this key: greedy variables stand at the end only. */
export function isRouteKey(key: string): boolean {
  const path = keys.exec(key)?.[2];
  if (path === undefined) return key === '$default';
  const pieces = piecesOf(path);
  return pieces.every((piece, index) => {
    const found = variable.exec(piece);
    if (found === null) return !/[{}]/.test(piece);
    return found[2] === '' || index === pieces.length - 1;
  });
}

/** What the variables of a template stand for in a path; undefined if it does not fit. No variable is empty. */
function parametersIn(template: string[], path: string[]): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [index, piece] of template.entries()) {
    const [, name, greedy] = variable.exec(piece) ?? [];
    const value = greedy ? path.slice(index).join('/') : path[index];
    if (value === undefined || (name === undefined ? value !== piece : value === '')) return undefined;
    if (name !== undefined) found[name] = value;
    if (greedy) return found;
  }
  return template.length === path.length ? found : undefined;
}

/** In the order in which routes are taken: whole matches, text before variables, one method before any. */
function rankOf(key: string): string {
  const [, method, path = ''] = keys.exec(key) ?? [];
  const ranks = piecesOf(path).map((piece) => {
    const found = variable.exec(piece);
    return found === null ? '0' : found[2] ? '2' : '1';
  });
  const isGreedy = ranks.includes('2') ? '1' : '0';
  return `${isGreedy}${ranks.join('')}${method === 'ANY' ? '3' : '0'}`;
}

/**
 * The route that a request takes: the best whole match, else the best with a greedy variable, else `$default`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation).
 * That text goes before variables and a method before ANY is how its examples read.
 */
export function findRoute<Route extends { routeKey: string }>(
  routes: Iterable<Route>,
  method: string,
  path: string,
): Match<Route> | undefined {
  const asked = piecesOf(path);
  const fitting: (Match<Route> & { rank: string })[] = [];
  let fallback: Match<Route> | undefined;
  for (const route of routes) {
    if (route.routeKey === '$default') fallback = { route };
    const [, ownMethod, template] = keys.exec(route.routeKey) ?? [];
    if (template === undefined || (ownMethod !== 'ANY' && ownMethod !== method)) continue;
    const found = parametersIn(piecesOf(template), asked);
    if (found === undefined) continue;
    const hasVariables = Object.keys(found).length > 0;
    fitting.push({ route, ...(hasVariables && { pathParameters: found }), rank: rankOf(route.routeKey) });
  }
  const [best] = fitting.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  if (best === undefined) return fallback;
  const { rank: _, ...match } = best;
  return match;
}
