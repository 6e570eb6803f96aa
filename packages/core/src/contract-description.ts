import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import type { JobContract } from './contract.ts';
import type { ContractDescription, SchemaStatus } from './store/contract-store.ts';
import { MOST_SCHEMA_BYTES } from './store/contract-store.ts';

/** What people who write such jobs by hand need of a contract. Never throws: a schema without a JSON Schema is left out. */
export function describeContract({
  name,
  version,
  queue,
  priority,
  options,
  input,
}: JobContract): ContractDescription {
  return { name, version, queue, priority, options, ...describeSchema(input) };
}

function describeSchema(input: StandardSchemaV1 | undefined): {
  readonly schemaStatus: SchemaStatus;
  readonly schema: string;
} {
  const without = (schemaStatus: SchemaStatus) => ({ schemaStatus, schema: '' });
  if (input === undefined) return without('none');
  try {
    const { jsonSchema } = input['~standard'] as Partial<StandardJSONSchemaV1.Props>;
    if (typeof jsonSchema?.input !== 'function') return without('not-offered');
    const schema = JSON.stringify(jsonSchema.input({ target: 'draft-2020-12' }));
    if (typeof schema !== 'string' || !schema.startsWith('{')) return without('failed');
    return Buffer.byteLength(schema) > MOST_SCHEMA_BYTES
      ? without('too-large')
      : { schemaStatus: 'known', schema };
  } catch {
    // A date, a function, a circle: what JSON Schema cannot say.
    return without('failed');
  }
}
