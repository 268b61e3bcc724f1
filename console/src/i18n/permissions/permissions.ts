// Names of permissions, in the reader's language, as the matrix of roles has them.
import type { Format } from '../format';
import { fill } from '../message';
import { messages } from './messages';

/** The parts of the platform that have permissions, in the order of the server. */
export const AREAS = ['images', 'findings', 'verdicts', 'registries', 'policies', 'exceptions', 'jobs', 'scans', 'intelligence', 'integrations', 'access', 'audit', 'settings'] as const;

export const ACTIONS = ['read', 'write', 'approve'] as const;

/** `Images`; the word of the API where this console does not know it. */
export function areaName(area: string, { language }: Format): string {
  const known = AREAS.find((one) => one === area);
  return known ? messages[language][`area.${known}`] : area;
}

export function actionName(action: string, { language }: Format): string {
  const known = ACTIONS.find((one) => one === action);
  return known ? messages[language][`action.${known}`] : action;
}

/** `Images: Change` for `images.write`. */
export function permissionName(permission: string, format: Format): string {
  const [area = '', action = ''] = permission.split('.');
  return `${areaName(area, format)}: ${actionName(action, format)}`;
}

/** The same inside of a sentence, between quotation marks. */
export function quotedPermission(permission: string, format: Format): string {
  const [area = '', action = ''] = permission.split('.');
  return fill(messages[format.language]['quoted.permission'], { area: areaName(area, format), action: actionName(action, format) }, format);
}
