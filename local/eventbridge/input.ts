import type { Envelope } from './envelope.ts';

export interface InputTransformer {
  InputPathsMap?: Record<string, string>;
  InputTemplate: string;
}

/** What a target is to be given instead of the whole event; at most one is set. */
export interface InputChoice {
  Input?: string;
  InputPath?: string;
  InputTransformer?: InputTransformer;
}

interface RuleNames {
  ruleArn: string;
  ruleName: string;
  ingestedAt: string;
}

/** The text that a target gets. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
export function targetInput(choice: InputChoice, event: Envelope, names: RuleNames): string {
  if (choice.Input !== undefined) return choice.Input;
  if (choice.InputTransformer !== undefined) return transform(choice.InputTransformer, event, names);
  if (choice.InputPath !== undefined) return JSON.stringify(valueAt(event, choice.InputPath) ?? {});
  return JSON.stringify(event);
}

/**
 * A placeholder outside of quotes becomes JSON (a text with its quotes), one inside of quotes becomes bare text.
 * A path that leads nowhere is an empty text. A template that is one quoted text, or several lines of them, gives a text.
 */
function transform({ InputPathsMap = {}, InputTemplate }: InputTransformer, event: Envelope, names: RuleNames): string {
  const { detail: _detail, ...withoutDetail } = event;
  const values: Record<string, unknown> = {
    ...Object.fromEntries(Object.entries(InputPathsMap).map(([name, path]) => [name, valueAt(event, path)])),
    'aws.events.rule-arn': names.ruleArn,
    'aws.events.rule-name': names.ruleName,
    'aws.events.event.ingestion-time': names.ingestedAt,
    'aws.events.event': withoutDetail,
    'aws.events.event.json': event,
  };
  let isQuoted = false;
  return InputTemplate.replace(/\\.|"|<([\w.-]+)>/gs, (found, name: string | undefined) => {
    if (found === '"') isQuoted = !isQuoted;
    if (name === undefined || !Object.hasOwn(values, name)) return found;
    return isQuoted ? quotedText(values[name]) : (JSON.stringify(values[name]) ?? '""');
  });
}

/** Texts are escaped to stay inside their quotes; objects lose their quotes, as AWS's page shows. */
function quotedText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  return JSON.stringify(value).replaceAll('"', '');
}

/** The part of JSONPath that EventBridge has: `$.a.b`, `$.a[0]`, `$.a[*].b`, `$`. */
export function valueAt(event: unknown, path: string): unknown {
  const steps = path.replace(/^\$\.?/, '').match(/[^.[\]]+/g) ?? [];
  const seek = (value: unknown, [step, ...rest]: string[]): unknown => {
    if (step === undefined || value === undefined || value === null) return value;
    if (step === '*') {
      const all = Object.values(value).map((one) => seek(one, rest));
      return all.filter((one) => one !== undefined);
    }
    const key = step.replace(/^['"]|['"]$/g, '');
    return Object.hasOwn(Object(value), key) ? seek((value as Record<string, unknown>)[key], rest) : undefined;
  };
  return seek(event, steps);
}
