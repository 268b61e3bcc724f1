// Every page of the console, in the order of the navigation. A page is a folder with a `route.ts`, and a line here.
import { groupRoute, groupsRoute, newGroupRoute } from './access/groups/route';
import { newRoleRoute, roleRoute, rolesRoute } from './access/roles/route';
import { newScopeRoute, scopeRoute, scopesRoute } from './access/scopes/route';
import { newTokenRoute, tokensRoute } from './access/tokens/route';
import { newUserRoute, userRoute, usersRoute } from './access/users/route';
import { auditRoute } from './audit/route';
import { exceptionRoute, exceptionsRoute } from './exceptions/route';
import { homeRoute } from './home/route';
import { compareRoute, imageRoute, imagesRoute } from './images/route';
import { integrationRoute, integrationsRoute, newIntegrationRoute } from './integrations/route';
import { jobRoute, jobsRoute } from './jobs/route';
import { loginRoute } from './login/route';
import { meRoute } from './me/route';
import { packagesRoute } from './packages/route';
import { editPolicyRoute, newPolicyRoute, policiesRoute, policyRoute, policyTrialRoute } from './policies/route';
import { editRegistryRoute, newRegistryRoute, registriesRoute, registryRoute } from './registries/route';
import { searchRoute } from './search/route';
import { setupRoute } from './setup/route';
import { intelligenceRoute } from './system/intelligence/route';
import { settingsRoute } from './system/settings/route';
import { vulnerabilitiesRoute, vulnerabilityRoute } from './vulnerabilities/route';

/** Pages for whoever is not signed in yet. */
export const openPages = [loginRoute, setupRoute];

/** Pages that say who may do what. */
const accessPages = [
  usersRoute, newUserRoute, userRoute,
  groupsRoute, newGroupRoute, groupRoute,
  rolesRoute, newRoleRoute, roleRoute,
  scopesRoute, newScopeRoute, scopeRoute,
  tokensRoute, newTokenRoute,
];

/** Pages of the installation itself. */
const systemPages = [intelligenceRoute, settingsRoute];

/** Pages inside the frame. */
export const pages = [
  homeRoute, searchRoute,
  imagesRoute, compareRoute, imageRoute,
  vulnerabilitiesRoute, vulnerabilityRoute,
  packagesRoute,
  registriesRoute, newRegistryRoute, registryRoute, editRegistryRoute,
  policiesRoute, newPolicyRoute, policyRoute, editPolicyRoute, policyTrialRoute,
  exceptionsRoute, exceptionRoute,
  jobsRoute, jobRoute,
  ...accessPages,
  auditRoute,
  integrationsRoute, newIntegrationRoute, integrationRoute,
  ...systemPages,
  meRoute,
];
