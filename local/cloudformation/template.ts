import { Pair, parseDocument, Scalar, type ScalarTag, YAMLMap, type YAMLSeq } from 'yaml';

/** One resource of a template, its properties still full of intrinsic functions. */
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Condition?: string;
  DependsOn?: string | string[];
  DeletionPolicy?: string;
}

/** A parameter's declaration. */
export interface TemplateParameter {
  Type: string;
  Default?: unknown;
  AllowedPattern?: string;
  AllowedValues?: unknown[];
  NoEcho?: unknown;
  ConstraintDescription?: string;
}

/** A CloudFormation template as parsed JSON. */
export interface Template {
  Resources: Record<string, TemplateResource>;
  Parameters?: Record<string, TemplateParameter>;
  Conditions?: Record<string, unknown>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Outputs?: Record<string, { Value: unknown; Description?: string; Condition?: string; Export?: { Name: unknown } }>;
  Description?: string;
}

/** The short forms of YAML, e.g. `!Sub`; in JSON they are `Fn::Sub`, but for these two. */
const functions = 'Ref Condition GetAtt Sub Join Select Split If Equals And Or Not FindInMap ImportValue Base64'.split(
  ' ',
);
const longName = (name: string): string => (name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`);

/** `!GetAtt Table.Arn` is `["Table", "Arn"]`; an attribute's name may have dots itself. */
function argument(name: string, text: string): unknown {
  const dot = text.indexOf('.');
  return name === 'GetAtt' && dot > 0 ? [text.slice(0, dot), text.slice(dot + 1)] : text;
}

const tags = functions.flatMap((name) => {
  const around = (node: YAMLMap | YAMLSeq) => {
    const map = new YAMLMap();
    map.items.push(new Pair(new Scalar(longName(name)), node));
    return map;
  };
  const scalar: ScalarTag = { tag: `!${name}`, resolve: (text) => ({ [longName(name)]: argument(name, text) }) };
  return [
    scalar,
    { tag: `!${name}`, collection: 'seq' as const, resolve: around },
    { tag: `!${name}`, collection: 'map' as const, resolve: around },
  ];
});

/** Reads a template in JSON or YAML. Throws with line and column for what is neither. */
export function parseTemplate(text: string): Template {
  const document = parseDocument(text, { customTags: tags as never });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw problem;
  const template = document.toJS() as Partial<Template> | null;
  if (typeof template?.Resources !== 'object') throw new Error('The template has no Resources.');
  return template as Template;
}
