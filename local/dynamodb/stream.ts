import { invalidParameters } from './errors.ts';

export interface StreamSpecification {
  StreamEnabled?: boolean;
  StreamViewType?: string;
}

/** A table's stream, labelled with the time it was enabled. */
export function newStream(
  now: number,
  specification?: StreamSpecification,
): { viewType: string; label: string } | undefined {
  if (specification == null) return undefined;
  const { StreamEnabled, StreamViewType } = specification;
  if (StreamEnabled && StreamViewType == null) {
    throw invalidParameters('Table is being created with a stream enabled, UpdateViewType is required');
  }
  if (!StreamEnabled && StreamViewType != null) {
    throw invalidParameters('Table is being created with a stream disabled, UpdateViewType should not be specified');
  }
  if (!StreamEnabled || StreamViewType == null) return undefined;
  return { viewType: StreamViewType, label: new Date(now).toISOString().slice(0, -1) };
}
