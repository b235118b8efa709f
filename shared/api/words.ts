import * as z from 'zod/mini';

const anId = 'write a uuid, as the lists give it';
const aUuid = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
/** In any case; read in lower case, since ids are compared as texts. */
export const uuid = z.string(anId).check(z.regex(aUuid, anId), z.meta({ format: 'uuid' }), z.toLowerCase());

const anEnvironment = 'write <account>-<Region>, as GET /datasources/aws/environments gives it';
/** A target of the deployment. */
export const environmentId = z.string(anEnvironment).check(z.regex(/^\d{12}-[a-z]{2}(-[a-z]+)+-\d$/, anEnvironment));

export const count = z.int().check(z.nonnegative());

const aTask = 'write the id of a task, as restore-1a2b3c4d5e6f7081';
export const taskId = z.string(aTask).check(z.regex(/^(restore|export|import)-[0-9a-f]{16}$/, aTask));
