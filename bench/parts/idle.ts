import { checkCost } from '../../deploy/checks/cost.ts';
import { packageService } from '../../deploy/package.ts';
import type { Figure } from '../figure.ts';

/** As `npm run validate` computes it: test/deploy/idle.test.ts holds the counts to what the packaged service does. */
export async function measure(): Promise<Figure[]> {
  const packaged = await packageService();
  try {
    const { dollars, parts } = checkCost(packaged.template);
    const on = 'the packaged functions';
    return [
      { figure: 'idle month', value: dollars, unit: 'US dollars', atMost: 0.1, isExact: true, on },
      ...Object.entries(parts).map(
        ([part, value]): Figure => ({ figure: `of it ${part}`, value, unit: 'US dollars', on }),
      ),
    ];
  } finally {
    packaged.remove();
  }
}
