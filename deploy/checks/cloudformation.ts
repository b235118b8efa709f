import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate';

/** W3030: a value that is not among those AWS takes. */
const fatal = ['FATAL', 'ERROR'];
const fatalRules = ['W3030'];

/** What AWS's own validator says of templates: problems as sentences, and how many warnings there are besides. */
export function checkCloudFormation(paths: string[]) {
  const engine = new RegoEngine();
  try {
    const reports = paths.map((path) => ({ path, report: engine.validateStandard(new TemplateFile(path)) }));
    const found = reports.flatMap(({ path, report }) => report.diagnostics.map((diagnostic) => ({ path, diagnostic })));
    return {
      warnings: found.filter(({ diagnostic }) => diagnostic.severity === 'WARN').length,
      problems: [
        ...reports
          .filter(({ report }) => report.status !== 'OK')
          .map(({ path, report }) => `${path} could not be checked as a whole (${report.status}).`),
        ...found
          .filter(({ diagnostic: { severity, ruleId } }) => fatal.includes(severity) || fatalRules.includes(ruleId))
          .map(
            ({ path, diagnostic: { ruleId, message, entity, propertyPath } }) =>
              `${path}, ${entity?.logicalId ?? 'template'} ${propertyPath ?? ''}: ${message} (${ruleId})`,
          ),
      ],
    };
  } finally {
    engine.free();
  }
}
