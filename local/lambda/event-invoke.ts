import { AwsError, type Call, type Service } from '../service.ts';
import { type EventInvokeConfig, type Functions, invalid } from './functions.ts';
import { qualifierOf } from './names.ts';

interface Input {
  MaximumRetryAttempts?: number;
  MaximumEventAgeInSeconds?: number;
  DestinationConfig?: { OnSuccess?: { Destination?: string }; OnFailure?: { Destination?: string } };
}

const destination = /^arn:aws:(sns|sqs|lambda|events):[a-z0-9-]+:\d{12}:.+$/;

function settingsOf(input: Input): Partial<EventInvokeConfig> {
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age, DestinationConfig } = input;
  const { OnSuccess, OnFailure } = DestinationConfig ?? {};
  if (retries !== undefined && !(retries >= 0 && retries <= 2)) {
    throw invalid('MaximumRetryAttempts must be between 0 and 2.');
  }
  if (age !== undefined && !(age >= 60 && age <= 21_600)) {
    throw invalid('MaximumEventAgeInSeconds must be between 60 and 21600.');
  }
  for (const arn of [OnSuccess?.Destination, OnFailure?.Destination]) {
    if (arn && !destination.test(arn)) throw invalid(`The provided destination config ${arn} is invalid.`);
  }
  return {
    ...(retries !== undefined && { maximumRetryAttempts: Number(retries) }),
    ...(age !== undefined && { maximumEventAgeSeconds: Number(age) }),
    ...(OnSuccess?.Destination && { onSuccess: OnSuccess.Destination }),
    ...(OnFailure?.Destination && { onFailure: OnFailure.Destination }),
  };
}

const answerOf = (arn: string, config: EventInvokeConfig) => ({
  FunctionArn: arn,
  LastModified: config.modifiedAt / 1000,
  MaximumRetryAttempts: config.maximumRetryAttempts,
  MaximumEventAgeInSeconds: config.maximumEventAgeSeconds,
  DestinationConfig: {
    OnSuccess: config.onSuccess === undefined ? {} : { Destination: config.onSuccess },
    OnFailure: config.onFailure === undefined ? {} : { Destination: config.onFailure },
  },
});

/** The operations that say what becomes of asynchronous events: retries, age, destinations. */
export function eventInvokeConfigs(functions: Functions, now: () => number): Service['operations'] {
  const put = (call: Call, before: Partial<EventInvokeConfig> = {}) => {
    const one = functions.of(call);
    const config = {
      maximumRetryAttempts: 2,
      maximumEventAgeSeconds: 21_600,
      ...before,
      ...settingsOf(call.input),
      modifiedAt: now(),
    };
    one.eventInvoke.set(qualifierOf(call), config);
    return answerOf(`${one.arn}:${qualifierOf(call)}`, config);
  };
  const existing = (call: Call): EventInvokeConfig => {
    const one = functions.of(call);
    const config = one.eventInvoke.get(qualifierOf(call));
    if (config !== undefined) return config;
    const arn = `${one.arn}:${qualifierOf(call)}`;
    throw new AwsError('ResourceNotFoundException', `The function ${arn} doesn't have an EventInvokeConfig`, 404);
  };
  return {
    PutFunctionEventInvokeConfig: (call) => put(call),
    UpdateFunctionEventInvokeConfig: (call) => put(call, existing(call)),
    GetFunctionEventInvokeConfig: (call) => answerOf(`${functions.of(call).arn}:${qualifierOf(call)}`, existing(call)),
    DeleteFunctionEventInvokeConfig(call) {
      existing(call);
      functions.of(call).eventInvoke.delete(qualifierOf(call));
    },
  };
}
