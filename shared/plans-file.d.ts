/** plans.yml as packaging puts it in: checked, with every default applied. */
declare module '*/plans.yml' {
  const file: import('./plans/exports.ts').PlansFile;
  export default file;
}
