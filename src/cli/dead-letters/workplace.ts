import type { Environment } from '../../config/environment.js';
import { LetterReplay } from '../../dead-letters/letter-replay.js';
import { SelectionReplay } from '../../dead-letters/selection-replay.js';
import { Log } from '../../observability/log.js';
import { Metrics } from '../../observability/metrics.js';
import { StatusChanges } from '../../status/status-changes.js';
import { StatusStore } from '../../status/status-store.js';
import { createDataSource } from '../../storage/data-source.js';
import { Database } from '../../storage/database.js';
import { DeadLetterReadModel } from '../../storage/dead-letter-read-model.js';
import { MessagesRepository } from '../../storage/messages.repository.js';

/** What the command works with. */
export interface Workplace {
  readonly letters: DeadLetterReadModel;
  readonly replay: LetterReplay;
  readonly selection: SelectionReplay;
}

/** Works on the database alone, by the application's own classes; it logs and counts nothing. */
export async function atWork<T>(
  environment: Environment,
  work: (workplace: Workplace) => Promise<T>,
): Promise<T> {
  const { HEALTH_INSTANCE_ID } = environment;
  const dataSource = await createDataSource(environment).initialize();
  try {
    const database = new Database(dataSource);
    const letters = new DeadLetterReadModel(database);
    const replay = new LetterReplay(
      environment,
      database,
      new MessagesRepository(),
      new StatusStore(environment, new StatusChanges(environment)),
      new Metrics(),
      new Log({ LOG_LEVEL: 'silent', LOG_FORMAT: 'json', HEALTH_INSTANCE_ID }),
    );
    return await work({ letters, replay, selection: new SelectionReplay(letters, replay) });
  } finally {
    await dataSource.destroy();
  }
}
