import { describe, expect } from 'vitest';
import { roleArn, scheduler } from './endpoint.ts';
import { afterwards, newName } from './made.ts';
import { makeQueue } from './queues.ts';
import { rule } from './rule.ts';

interface Wish {
  name?: string;
  expression?: string;
  timezone?: string;
}

async function createSchedule({ name = newName(), expression = 'cron(0 2 * * ? *)', timezone = 'UTC' }: Wish = {}) {
  const queue = await makeQueue();
  const { ScheduleArn } = await scheduler.createSchedule({
    Name: name,
    ScheduleExpression: expression,
    ScheduleExpressionTimezone: timezone,
    State: 'DISABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: queue.arn,
      RoleArn: roleArn,
      Input: '{"plan":"nightly"}',
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 10 },
      DeadLetterConfig: { Arn: queue.arn },
    },
  });
  afterwards(() => scheduler.deleteSchedule({ Name: name }));
  return { name, arn: ScheduleArn, queue };
}

describe.skipIf(roleArn === undefined)('schedules', () => {
  rule('a schedule is read back as it was made', async () => {
    const { name, arn, queue } = await createSchedule({ timezone: 'Europe/Berlin' });
    expect(arn).toMatch(new RegExp(`^arn:aws:scheduler:[a-z0-9-]+:\\d{12}:schedule/default/${name}$`));
    expect(await scheduler.getSchedule({ Name: name })).toMatchObject({
      Arn: arn,
      Name: name,
      GroupName: 'default',
      ScheduleExpression: 'cron(0 2 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      State: 'DISABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: queue.arn,
        RoleArn: roleArn,
        Input: '{"plan":"nightly"}',
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 10 },
        DeadLetterConfig: { Arn: queue.arn },
      },
    });
  });

  rule('a schedule is not made twice', async () => {
    const { name } = await createSchedule();
    await expect(createSchedule({ name })).rejects.toMatchObject({ name: 'ConflictException' });
  });

  rule('schedules are listed by the start of their names', async () => {
    const { name } = await createSchedule();
    const { Schedules } = await scheduler.listSchedules({ NamePrefix: name });
    expect(Schedules?.map((schedule) => schedule.Name)).toEqual([name]);
    expect((await scheduler.listSchedules({ NamePrefix: newName() })).Schedules).toEqual([]);
  });

  rule('a schedule that was deleted is unknown', async () => {
    const { name } = await createSchedule();
    await scheduler.deleteSchedule({ Name: name });
    const unknown = { name: 'ResourceNotFoundException' };
    await expect(scheduler.getSchedule({ Name: name })).rejects.toMatchObject(unknown);
    await expect(scheduler.deleteSchedule({ Name: name })).rejects.toMatchObject(unknown);
  });

  for (const expression of [
    'cron(0 2 * * ? *)',
    'cron(0/15 * ? * MON-FRI *)',
    'cron(0 2 L * ? *)',
    'cron(0 2 LW * ? *)',
    'cron(0 2 ? * 6#3 *)',
    'cron(0 2 ? * 5L 2026-2030)',
    'rate(1 minute)',
    'rate(5 days)',
    'at(2099-12-31T23:59:59)',
  ]) {
    rule(`${expression} is a schedule`, async () => {
      const { name } = await createSchedule({ expression });
      expect((await scheduler.getSchedule({ Name: name })).ScheduleExpression).toBe(expression);
    });
  }

  for (const expression of [
    'cron(0 2 * * *)',
    'cron(0 2 * * * *)',
    'cron(60 2 * * ? *)',
    'cron(0 2 ? * ? *)',
    'rate(0 minutes)',
    'rate(1 fortnight)',
    'at(2099-13-01T00:00:00)',
    'every day',
  ]) {
    rule(`${expression} is no schedule`, async () => {
      await expect(createSchedule({ expression })).rejects.toMatchObject({
        name: 'ValidationException',
        message: `Invalid Schedule Expression ${expression}.`,
      });
    });
  }

  rule('a time zone that does not exist is refused', async () => {
    await expect(createSchedule({ timezone: 'Europe/Atlantis' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  rule("a schedule's name has at most 64 letters, digits, dots, dashes and underscores", async () => {
    await expect(createSchedule({ name: 'a'.repeat(65) })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(createSchedule({ name: 'a b' })).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
