import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkBundles } from './checks/bundles.ts';
import { checkCloudFormation } from './checks/cloudformation.ts';
import { checkCost } from './checks/cost.ts';
import { checkDelivery } from './checks/delivery.ts';
import { checkRights } from './checks/rights.ts';
import { packageService } from './package.ts';
import { readYamlTemplate } from './template.ts';

/** With every parameter set, so that all that can be deployed is looked at. */
const everything = {
  requesters: 'arn:aws:iam::123456789012:role/ci,arn:aws:iam::123456789012:user/ops-*',
  notifyEmail: 'ops@example.com',
  notifyTopic: 'arn:aws:sns:us-east-1:123456789012:ops',
  exportBuckets: 'our-archive,their-archive=210987654321',
  organisation: 'o-exampleorgid',
  externalId: 'a-word-nobody-guesses',
};

const member = new URL('member-account.yml', import.meta.url);

/** Packages the service, plain and with every parameter, looks at all of it and says what it found, and what is wrong. */
export async function validate(): Promise<{ report: string[]; problems: string[] }> {
  const [plain, full] = [await packageService(), await packageService({ parameters: everything })];
  try {
    const templateOf = ({ directory }: typeof plain) => join(directory, 'cloudformation-template-update-stack.json');
    const cloudFormation = checkCloudFormation([templateOf(plain), templateOf(full), fileURLToPath(member)]);
    const [rights, rightsOfMember] = [await checkRights(full.template), await checkRights(readYamlTemplate(member))];
    const delivery = checkDelivery(full.template);
    const bundles = checkBundles(plain.directory);
    const cost = checkCost(full.template);
    const sizes = bundles.bundles.map(({ name, bytes }) => `${name} ${Math.round(bytes / 1000)} KB`);
    const parts = Object.entries(cost.parts).map(([part, dollars]) => `${part} ${dollars.toFixed(3)}`);
    return {
      report: [
        `CloudFormation  no error in the template and in member-account.yml (${cloudFormation.warnings} warnings)`,
        `Rights          ${rights.actions} actions; the largest role is ${rights.largest?.id} with ${rights.largest?.characters} characters`,
        `Delivery        ${delivery.schedules} schedules and ${delivery.rules} rules try again and have a dead-letter queue`,
        `Bundles         ${sizes.join(', ')}`,
        `Idle            $${cost.dollars.toFixed(2)} a month (${parts.join(', ')})`,
      ],
      problems: [cloudFormation, rights, rightsOfMember, delivery, bundles, cost].flatMap(({ problems }) => problems),
    };
  } finally {
    plain.remove();
    full.remove();
  }
}

if (import.meta.main) {
  const { report, problems } = await validate();
  for (const line of problems.length === 0 ? report : problems) console.log(line);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
