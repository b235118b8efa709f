import { AwsError } from '../service.ts';

/** What an element holds: text, elements by name (a list is the element again and again), or nothing. */
export type Xml = string | number | boolean | undefined | Xml[] | { [name: string]: Xml };

const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' };

/** An element with all that it holds; what is undefined stays out. */
export function element(name: string, value: Xml, namespace?: string): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((one) => element(name, one)).join('');
  return `<${name}${namespace === undefined ? '' : ` xmlns="${namespace}"`}>${content(value)}</${name}>`;
}

function content(value: Exclude<Xml, undefined | Xml[]>): string {
  if (typeof value !== 'object') return String(value).replace(/[&<>"\r]/g, (mark) => marks[mark] as string);
  return Object.entries(value)
    .map(([name, inner]) => element(name, inner))
    .join('');
}

/** An element as it was read: its own text, and the elements in it. */
export interface Element {
  name: string;
  text: string;
  children: Element[];
}

const piece = /<\?[^>]*>|<!--[\s\S]*?-->|<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g;

/** Reads the plain XML that clients send: no CDATA, no entities of their own. Throws `AwsError` MalformedXML. */
export function parseXml(text: string): Element {
  const root: Element = { name: '', text: '', children: [] };
  const open = [root];
  for (const [, closing, name, selfClosing, words] of text.matchAll(piece)) {
    const inner = open.at(-1) as Element;
    if (words !== undefined) inner.text += unescaped(words);
    if (name === undefined) continue;
    if (closing) {
      if (inner.name !== name) throw malformed();
      open.pop();
      continue;
    }
    const child: Element = { name, text: '', children: [] };
    inner.children.push(child);
    if (!selfClosing) open.push(child);
  }
  const [first] = root.children;
  if (open.length !== 1 || first === undefined) throw malformed();
  return first;
}

/** The text of the first child of that name. */
export const childText = (element: Element, name: string): string | undefined =>
  element.children.find((child) => child.name === name)?.text;

const plain: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replace(/&(?:#x([\da-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return plain[name ?? ''] ?? whole;
  });

const malformed = (): AwsError =>
  new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
