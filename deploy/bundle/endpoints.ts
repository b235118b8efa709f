/** What the SDK knows when it asks where to send a request. */
export interface Place {
  /** From the client's options or AWS_ENDPOINT_URL. */
  Endpoint?: string | undefined;
  Region?: string | undefined;
  UseFIPS?: boolean | undefined;
  UseDualStack?: boolean | undefined;
}

/** By the beginning of a Region's name, the domain of its endpoints and of those that answer by IPv6, too. */
const partitions: [begin: RegExp, domain: string, dualStack: string][] = [
  [/^cn-/, 'amazonaws.com.cn', 'api.amazonwebservices.com.cn'],
  [/^us-isob-/, 'sc2s.sgov.gov', 'api.aws.scloud'],
  [/^us-isof-/, 'csp.hci.ic.gov', 'api.aws.hci.ic.gov'],
  [/^us-iso-/, 'c2s.ic.gov', 'api.aws.ic.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk'],
  [/^eusc-/, 'amazonaws.eu', 'api.amazonwebservices.eu'],
  [/^/, 'amazonaws.com', 'api.aws'],
];

/** In GovCloud these have FIPS endpoints under their plain names. */
const isPlainInGovCloud = (service: string, region: string, dualStack: boolean): boolean =>
  region.startsWith('us-gov-') && (service === 'events' || (/^(dynamodb|sts)$/.test(service) && !dualStack));

/**
 * Where a service of that host name is in a Region: what the SDK's own rules say for it
 * (https://docs.aws.amazon.com/general/latest/gr/rande.html), without endpoints by account or for several Regions.
 */
export function endpointsOf(service: string) {
  return ({ Endpoint, Region = '', UseFIPS = false, UseDualStack = false }: Place): { url: URL } => {
    if (Endpoint !== undefined) return { url: new URL(Endpoint) };
    const [, domain = '', dualStack = ''] = partitions.find(([begin]) => begin.test(Region)) ?? [];
    const isFips = UseFIPS && !isPlainInGovCloud(service, Region, UseDualStack);
    return {
      url: new URL(`https://${service}${isFips ? '-fips' : ''}.${Region}.${UseDualStack ? dualStack : domain}`),
    };
  };
}
