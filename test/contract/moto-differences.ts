const noLife = 'Tables and backups of moto are what they will be at once: there is no CREATING or DELETING to be seen.';
const noChecks = 'moto does not check this part of a request.';
const noTableId = 'moto knows no TableId in backups.';
const noWindow = 'ListBackups of moto takes no notice of time bounds.';
const noPages = 'ListBackups of moto answers everything on one page.';
const noOverrides = 'Restores of moto take no notice of overrides.';
const noPoints = 'A restore to a point in time of moto copies the table as it is now, whatever was asked for.';
const noOperation = 'moto does not know the operation.';
const otherLanguage = 'moto reads a smaller language, and takes no notice of pages, orders and duplicates.';
const sameWrites = 'A write that changes nothing is a record.';
const noExpression = 'Scheduler of moto takes any text for an expression.';

/**
 * What moto 5.2 does otherwise than AWS, by file and rule: what happens there instead. A rule that is named here must fail
 * against moto, so that this list stays true.
 */
export const motoDifferences: Record<string, Record<string, string>> = {
  'tables.test.ts': {
    'an index that includes attributes says which': noChecks,
    'a new table is CREATING first and ACTIVE later': noLife,
    "a table's name with 2 characters is refused": noChecks,
    "a table's name with 256 characters is refused": noChecks,
    "a table's name with a space is refused": noChecks,
    'a table that does not exist is neither described nor deleted': 'The message does not name the table.',
    'a deleted table is DELETING first and unknown later': noLife,
    'a name that is used again has another TableId': 'moto knows no TableId.',
    'a protected table is not deleted until its protection is taken off': 'The message is another one.',
    'ListTables: a page holds at most 100 names': noChecks,
  },
  'settings.test.ts': {
    "the tags of another account's table are not for everybody to see": 'It is a ResourceNotFoundException.',
    'time to live changes once an hour': 'Time to live changes as often as one likes.',
    'time to live that is off is not switched off': 'It is switched off again.',
    'time to live of a table that does not exist is a ResourceNotFoundException': 'It is a ResourceNotFound.',
    'point-in-time recovery reaches back neither 0 days nor 36': noChecks,
  },
  'partiql.test.ts': {
    "SELECT WHERE team = 'a' ORDER BY pos DESC finds 3,2,1,0": otherLanguage,
    "SELECT WHERE team = 'a' AND pos BETWEEN 1 AND 2 finds 1,2": otherLanguage,
    "SELECT WHERE team = 'a' AND pos >= 1 AND colour <> 'blue' finds 2,3": otherLanguage,
    "SELECT WHERE team = 'a' AND colour IN ['red', 'green'] AND NOT pos = 0 finds 2,3": otherLanguage,
    "SELECT WHERE team = 'a' AND begins_with(colour, 're') finds 0,2": otherLanguage,
    'SELECT WHERE team = \'a\' AND absent IS MISSING AND "on".top = true finds 0,1,2,3': otherLanguage,
    'SELECT reads an index, and the attributes that it names': otherLanguage,
    'INSERT makes an item once': otherLanguage,
    'UPDATE changes an item that is there, and says what came of it when asked': otherLanguage,
    'DELETE takes an item away': otherLanguage,
    'what is changed is named by its whole key': otherLanguage,
    'a statement that cannot be read, and a table that is not there, are refused': otherLanguage,
    'pages follow each other by their token': otherLanguage,
    'of many statements each has its own answer': otherLanguage,
  },
  'streams.test.ts': {
    'a stream has what was written, in its order, and nothing of a write that changes nothing': sameWrites,
    'an iterator goes on where the last page ended, or where it is told to begin': sameWrites,
    'a stream that is switched off, or whose table is gone, is read to its end': sameWrites,
    'a stream that does not exist is a ResourceNotFoundException': 'Any stream of a table that exists is described.',
  },
  'transactions.test.ts': {
    'a key of another type is a ValidationError among the reasons, an empty one refuses the whole transaction':
      'A check of either is a condition that does not hold.',
    'the items of a transaction have 4 MB at most': noChecks,
    'an update that cannot be done is a ValidationError among the reasons': 'It is a ValidationException.',
    'a transaction is done once under its token, which is good for no other': 'moto takes no notice of the token.',
    'TransactGetItems answers in the order asked for, with nothing for what is not there':
      'Projections are not applied.',
    'a transaction costs twice what its parts would': 'A write does not say what it consumed.',
  },
  'items.test.ts': {
    'a value has 32 levels at most': noChecks,
    'an expression has 4096 bytes at most': noChecks,
  },
  'backups.test.ts': {
    'CreateBackup answers at once with CREATING, and the backup is AVAILABLE later': noLife,
    'a backup says of which table it is, by TableId too': noTableId,
    'a backup remembers indexes, stream and time to live': 'SourceTableFeatureDetails are missing.',
    'a backup outlives its table': noTableId,
    'a backup that is being made cannot be deleted': noLife,
    'a table cannot be deleted while a backup of it is being made': noLife,
    'a table that is being made or deleted is not backed up': noLife,
    "a backup's name with 2 characters is refused": noChecks,
    "a backup's name with 256 characters is refused": noChecks,
    "a backup's name with a colon is refused": noChecks,
    "a backup's name with a space is refused": noChecks,
  },
  'list-backups.test.ts': {
    'a summary has what a backup is told apart by': noTableId,
    'pages of 1 give all four backups, each once, and no page is larger': noPages,
    'pages of 2 give all four backups, each once, and no page is larger': noPages,
    'pages of 3 give all four backups, each once, and no page is larger': noPages,
    'a page that asks for no size holds 100 backups, and the 101st comes on the next': noPages,
    'a page that is not the last says where to go on': noPages,
    'the list goes on after a backup that was deleted in between': noPages,
    'a time window includes its lower bound': noWindow,
    'a time window excludes its upper bound': noWindow,
    'a time window has both bounds': noWindow,
    'a page of 0 is refused': noChecks,
    'a page of 101 is refused': noChecks,
    'a table with point-in-time recovery leaves a SYSTEM backup of 35 days, which nobody deletes':
      'A deleted table leaves nothing.',
  },
  'wording.test.ts': {
    'an operation that does not exist is an UnknownOperationException': 'The server breaks, with a page in HTML.',
    'a request that nobody signed is refused': 'Signatures are not asked for.',
    "a broken constraint is said in the framework's words": noChecks,
    'all broken constraints are said at once': noChecks,
    'a member that is required and missing is a ValidationException': 'A table named None is looked for.',
    'a value outside an enumeration is a ValidationException': noChecks,
    'a value of another type is a SerializationException': noChecks,
  },
  'events.test.ts': {
    'an event reaches the queue of a rule that matches it, in its envelope': 'The envelope has no account.',
    "a target's InputPath gives it a part of the event": 'It gets the whole event.',
    "a target's input transformer makes a text of parts of the event": 'The server breaks at PutEvents.',
    'a rule that is disabled sends nothing':
      'A target gets the whole event whatever its Input is, so none is told apart.',
    'an event for a bus that does not exist is accepted and lost': 'It is a ResourceNotFoundException.',
    'a pattern that is no pattern is refused': 'Only text that is no JSON is refused.',
  },
  'scheduler.test.ts': {
    'cron(0 2 * * *) is no schedule': noExpression,
    'cron(0 2 * * * *) is no schedule': noExpression,
    'cron(60 2 * * ? *) is no schedule': noExpression,
    'cron(0 2 ? * ? *) is no schedule': noExpression,
    'rate(0 minutes) is no schedule': noExpression,
    'rate(1 fortnight) is no schedule': noExpression,
    'at(2099-13-01T00:00:00) is no schedule': noExpression,
    'every day is no schedule': noExpression,
    'a time zone that does not exist is refused': noChecks,
    "a schedule's name has at most 64 letters, digits, dots, dashes and underscores": noChecks,
  },
  'restores.test.ts': {
    'a restore answers with a table that is CREATING and says where it comes from': noLife,
    'an index can be left out, and billing can be another': noOverrides,
    'an index that the backup does not have is refused': noOverrides,
    'capacity for a table on demand is refused': noOverrides,
    'a backup that is being made is not restored': noLife,
    "a backup comes back in another Region, which is called with the backup's ARN and an encryption":
      'A backup is not found from another Region.',
  },
  'point-in-time.test.ts': {
    'the latest point of a table becomes a new table, which says where it comes from': noLife,
    'a table without point-in-time recovery has no points': noPoints,
    'a table that does not exist has no points': 'It is a SourceTableNotFoundException.',
    'an instant before the window is refused': noPoints,
    'an instant that has not come is refused': noPoints,
  },
  'kinesis-destinations.test.ts': {
    "a table's destination is ENABLING, ACTIVE, DISABLING and DISABLED": noOperation,
    'a destination that is on is not switched on again': noOperation,
    'a destination that is not on is not switched off': noOperation,
    "a destination's precision can be changed": noOperation,
    'a table that does not exist has no destinations': noOperation,
  },
  'contributor-insights.test.ts': {
    'contributor insights are off at first, and on when they were switched on': noOperation,
    'an index has contributor insights of its own': noOperation,
    'a table that does not exist has no contributor insights': noOperation,
  },
  'resource-policies.test.ts': {
    'a policy is put only in place of the one that is expected':
      'NO_POLICY and revisions of no policy are not looked at.',
    'a policy that is no JSON is refused': noChecks,
  },
  'table-changes.test.ts': {
    "a table's class can be changed": 'UpdateTable of moto takes no notice of it.',
    'a table on demand can be limited': 'UpdateTable of moto takes no notice of it.',
    'warm throughput goes up and never down': 'It goes down.',
    'a stream is not enabled twice, and none is not disabled': noChecks,
    'a table is no replica of itself': noChecks,
    'a Region that does not exist gets no replica': noChecks,
  },
  'autoscaling.test.ts': {
    'a target is described as it was registered': 'What is suspended is missing.',
    'a target that is deregistered takes its policies with it': 'Its policies stay.',
    'a table that does not exist is not scaled': noChecks,
    'what is not registered has no policy and is not deregistered': noChecks,
  },
  'alarms.test.ts': {
    'the alarms of a metric are those with exactly its dimensions': 'Dimensions are not looked at.',
    'alarms are found by the beginning of their names, page after page': 'All of them are on one page.',
    'an alarm on nothing is refused': noChecks,
  },
  'event-source-mappings.test.ts': {
    'a stream that is enabled again is another stream': 'A stream is not enabled a second time.',
  },
  'identity.test.ts': {
    'a role that does not exist is not assumed': 'Any ARN is assumed.',
    'a session lasts at least 15 minutes, and its name has no spaces': noChecks,
  },
  'exports.test.ts': {
    'an export is IN_PROGRESS at once, and COMPLETED later with files that its manifests describe':
      'It is COMPLETED at once, and there are no manifests.',
    'a token is one export, and another request with it a conflict': 'Each request is an export of its own.',
    'a page of exports has 25 at most': 'The request fails without an answer that can be read.',
    'a window of less than 15 minutes is refused': noChecks,
    'a time that is still to come is refused': noChecks,
    'an unknown format is refused': noChecks,
    'an ARN that is of no export is refused': 'The request fails without an answer that can be read.',
  },
  'imports.test.ts': {
    'an import makes a new table with the items': 'The description leaves out what was asked for.',
    'a table that is there is not imported to': 'The import is accepted and fails.',
    'an import that was never made is not found': 'The request fails without an answer that can be read.',
  },
  's3.test.ts': {
    'in a bucket without versions each object is its only one, by the id null':
      'A page is empty in a bucket that other rules used before.',
    'a body that is not the one summed up is refused': noChecks,
    'a checksum is kept and given back': 'It is not given back.',
    'an upload that was aborted is not there': 'A late part fails without an answer that can be read.',
    'a bucket has a policy or says that it has none': 'Any text is a policy.',
    'the expected owner must be the owner': noChecks,
  },
};
