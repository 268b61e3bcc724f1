/** The groups of the navigation, in their order. */
export const GROUPS = ['overview', 'images', 'assurance', 'access', 'administration'] as const;

export type Group = (typeof GROUPS)[number];
