// Lints the OpenAPI document by the recommended rules of Redocly, which are pinned with the package. Nothing is fetched: all references
// are within the document. Prints the problems as JSON. A program of its own, because the package is ESM only.
import { createConfig, lint } from '@redocly/openapi-core';

const config = await createConfig({
  extends: ['recommended'],
  telemetry: 'off',
  rules: {
    // Probes and documents that anybody may read are never refused for what the caller sent.
    'operation-4xx-response': 'off',
    // By itself it forbids members that a schema does not name, also inside `if`, where nothing is named twice.
    'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: true },
    // What a condition requires is named beside it.
    'no-required-schema-properties-undefined': 'off',
  },
});
const problems = await lint({ ref: process.argv[2], config });
process.stdout.write(
  JSON.stringify(
    problems.map(
      ({ severity, ruleId, message, location }) => `${severity} ${ruleId} ${location[0]?.pointer}: ${message}`,
    ),
  ),
);
