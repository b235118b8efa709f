import { compileFunction } from 'node:vm';
import type { Handler } from './context.ts';
import type { Code } from './runner.ts';

/** The text of a handler's module, and which export of it is called. */
export interface Program {
  filename: string;
  text: string;
  exportName: string;
}

/** Errors of loading, in the words of Lambda's runtime. */
class LoadError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Finds a handler's module in its package. */
export function programOf(code: Code, handler: string): Program {
  const found = code.module(handler);
  const exportName = handler.slice(handler.lastIndexOf('.') + 1);
  if (found !== undefined) return { ...found, exportName };
  const name = handler.slice(0, handler.lastIndexOf('.')).split('/').at(-1);
  throw new LoadError('Runtime.ImportModuleError', `Error: Cannot find module '${name}'`);
}

/** Runs a CommonJS module once, with these names in place of the global ones, and answers its handler. */
export function load(program: Program, globals: Record<string, unknown>, require: (name: string) => unknown): Handler {
  const module = { exports: {} as Record<string, unknown> };
  const names = {
    exports: module.exports,
    require,
    module,
    __filename: program.filename,
    __dirname: '/var/task',
    ...globals,
  };
  compileFunction(program.text, Object.keys(names), { filename: program.filename })(...Object.values(names));
  const handler = module.exports[program.exportName];
  if (typeof handler === 'function') return handler as Handler;
  throw new LoadError(
    'Runtime.HandlerNotFound',
    `${program.filename}.${program.exportName} is undefined or not exported`,
  );
}
