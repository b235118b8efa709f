/** What a service keeps for each account and Region: made when first asked for, never shared. */
export function perRegion<State>(
  make: (account: string, region: string) => State,
): (place: { account: string; region: string }) => State {
  const states = new Map<string, State>();
  return ({ account, region }) => {
    const key = `${account} ${region}`;
    const known = states.get(key) ?? make(account, region);
    states.set(key, known);
    return known;
  };
}

/** The parts of `arn:aws:<service>:<region>:<account>:<rest>`; undefined for what is no ARN. */
export function parseArn(arn: string): { service: string; region: string; account: string; rest: string } | undefined {
  const [prefix, partition, service = '', region = '', account = '', ...rest] = arn.split(':');
  return prefix === 'arn' && partition && rest.length > 0
    ? { service, region, account, rest: rest.join(':') }
    : undefined;
}
