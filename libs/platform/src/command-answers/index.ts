export * from './command-answers.port.js';
export { commandAnswersMigrations } from './postgres/command-answers-migrations.js';
export { createCommandAnswers } from './postgres/create-command-answers.js';
