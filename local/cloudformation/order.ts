import type { Template, TemplateResource } from './template.ts';

const variable = /\$\{([^!}][^}]*)\}/g;

/** Every name that a value refers to by Ref, Fn::GetAtt or Fn::Sub. */
function* namesIn(value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    for (const one of value) yield* namesIn(one);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      if (key === 'Ref') yield String(one);
      else if (key === 'Fn::GetAtt') yield String(Array.isArray(one) ? one[0] : String(one).split('.')[0]);
      else if (key === 'Fn::Sub') yield* namesInSub(one);
      yield* namesIn(one);
    }
  }
}

function* namesInSub(argument: unknown): Generator<string> {
  const text = String(Array.isArray(argument) ? argument[0] : argument);
  for (const [, name = ''] of text.matchAll(variable)) yield name.trim().split('.')[0] ?? '';
}

const dependenciesOf = ({ Properties, DependsOn = [] }: TemplateResource): Set<string> =>
  new Set([...[DependsOn].flat(), ...namesIn(Properties)]);

/**
 * The logical ids of these resources so that each comes after all that it refers to, otherwise in the template's order.
 * Throws for a circle, in CloudFormation's words.
 */
export function inOrder(resources: Template['Resources']): string[] {
  const order: string[] = [];
  const done = new Set<string>();
  const visit = (id: string, path: string[]) => {
    const resource = resources[id];
    if (resource === undefined || done.has(id)) return;
    if (path.includes(id)) {
      const circle = path.slice(path.indexOf(id));
      throw new Error(`Circular dependency between resources: [${circle.join(', ')}]`);
    }
    for (const dependency of dependenciesOf(resource)) visit(dependency, [...path, id]);
    done.add(id);
    order.push(id);
  };
  for (const id of Object.keys(resources)) visit(id, []);
  return order;
}
