/** plans.yml as packaging puts it in: checked, with every default applied. */
declare module '*/plans.yml' {
  import type { Plan } from './plan.ts';

  const plans: Plan[];
  export default plans;
}
