export { notices, ofTheOrganisation, requests } from './parameters.ts';
