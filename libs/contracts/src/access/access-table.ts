import { may } from './ability.js';
import { permissions, subjects } from './permissions.js';
import { roles } from './roles.js';
import { scopes } from './scopes.js';

/** Role × subject with the actions in the cells, and the same for scopes, as Markdown: what the documents show is what is checked. */
export function accessTable(): string {
  const ofRoles = tableOf(roles, (role, subject) =>
    allowed(subject, (action) => may({ roles: [role] }, { action, subject })),
  );
  const ofScopes = tableOf(scopes, (scope, subject) =>
    allowed(subject, (action) => may({ scopes: [scope] }, { action, subject })),
  );
  return `${ofRoles}\n\n${ofScopes}`;
}

type Actions = (typeof permissions)[keyof typeof permissions][number];

const allowed = (subject: keyof typeof permissions, can: (action: Actions) => boolean): string =>
  permissions[subject].filter(can).join(', ');

function tableOf<Name extends string>(
  names: readonly Name[],
  cell: (name: Name, subject: keyof typeof permissions) => string,
): string {
  const lines = [
    ['', ...names.map((name) => `\`${name}\``)],
    ['---', ...names.map(() => '---')],
    ...subjects.map((subject) => [`\`${subject}\``, ...names.map((name) => cell(name, subject))]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
