import type { Director } from '../../model/board';

/** What the templates of the board say about each director (spec 003, "The Board"; FORMATS §4.10). */
export const directorRoles: Readonly<
  Record<
    Director,
    {
      readonly name: string;
      readonly domain: string;
      readonly breakdown: Readonly<Record<string, number>>;
      readonly extras: readonly string[];
    }
  >
> = {
  CA: {
    name: 'Chief Architect',
    domain: 'system design, patterns, scalability, technical debt',
    breakdown: { system_design: 25, code_quality: 20, tech_debt: 20, performance: 20, integration: 15 },
    extras: [],
  },
  CPO: {
    name: 'Chief Product Officer',
    domain: 'user value, market fit, scope',
    breakdown: { user_value: 30, market_fit: 20, scope_discipline: 20, user_journey: 15, prioritization: 15 },
    extras: ['usability_check'],
  },
  CSO: {
    name: 'Chief Security Officer',
    domain: 'vulnerabilities, compliance, data protection',
    breakdown: { auth: 25, data_protection: 25, input_validation: 20, api_security: 15, compliance: 15 },
    extras: ['vulnerabilities', 'audit_required'],
  },
  COO: {
    name: 'Chief Operations Officer',
    domain: 'feasibility, timeline, resources, deployment',
    breakdown: { feasibility: 25, timeline: 25, resources: 20, deployment: 15, risk: 15 },
    extras: ['timeline_assessment', 'cost_estimate', 'risks'],
  },
  CXO: {
    name: 'Chief Experience Officer',
    domain: 'usability, accessibility, user journey',
    breakdown: { usability: 25, visual_design: 20, accessibility: 25, user_journey: 15, emotional: 15 },
    extras: ['accessibility_audit'],
  },
};

/** The values that all three director templates share. */
export function directorValues(director: Director): Record<string, string> {
  const { name, domain, breakdown, extras } = directorRoles[director];
  return {
    director,
    director_name: name,
    domain,
    breakdown: Object.entries(breakdown)
      .map(([key, weight]) => `\`${key}\` (${weight} %)`)
      .join(', '),
    extras: extras.map((key) => `, \`${key}\``).join(''),
  };
}
