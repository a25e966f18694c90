import { createHash, randomBytes } from 'node:crypto';

/** 256 bits. */
const BYTES = 32;
export const TOKEN_SHAPE = /^[A-Za-z0-9_-]{43}$/;

/** What a browser keeps in its cookie. It says nothing: what it stands for is in the database, under its hash. */
export const newToken = (): string => randomBytes(BYTES).toString('base64url');

/** Unsalted and fast for the same reason as of API keys: nobody guesses 256 bits. */
export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();
