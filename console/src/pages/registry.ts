// Every page of the console, in the order of the navigation. A page is a folder with a `route.ts`, and a line here.
import { exceptionRoute, exceptionsRoute } from './exceptions/route';
import { imageRoute, imagesRoute } from './images/route';
import { homeRoute } from './home/route';
import { jobRoute, jobsRoute } from './jobs/route';
import { loginRoute } from './login/route';
import { packagesRoute } from './packages/route';
import { editPolicyRoute, newPolicyRoute, policiesRoute, policyRoute } from './policies/route';
import { editRegistryRoute, newRegistryRoute, registriesRoute, registryRoute } from './registries/route';
import { setupRoute } from './setup/route';
import { vulnerabilitiesRoute, vulnerabilityRoute } from './vulnerabilities/route';

/** Pages for whoever is not signed in yet. */
export const openPages = [loginRoute, setupRoute];

/** Pages inside the frame. */
export const pages = [
  homeRoute,
  imagesRoute, imageRoute,
  vulnerabilitiesRoute, vulnerabilityRoute,
  packagesRoute,
  registriesRoute, newRegistryRoute, registryRoute, editRegistryRoute,
  policiesRoute, newPolicyRoute, policyRoute, editPolicyRoute,
  exceptionsRoute, exceptionRoute,
  jobsRoute, jobRoute,
];
