/** plans.yml as it is in the bundles: checked, with every default (deploy/bundle/plans.cjs). */
declare module '*/plans.yml' {
  const plans: import('../plan.ts').Plan[];
  export default plans;
}
