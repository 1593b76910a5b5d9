import type { Lead } from '../../model/authorityMatrix';
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

/** What the template of the leads says about each (spec 003, "Lead Engineer Roster"; FORMATS §4.12, §4.13). */
export const leadRoles: Readonly<
  Record<
    Lead,
    {
      readonly name: string;
      readonly domain: string;
      /** What holds when the authority matrix names no guardrails of its own. */
      readonly guardrails: string;
      /** Keys that only this lead's answer has. */
      readonly extras: readonly string[];
    }
  >
> = {
  architecture: {
    name: 'Architecture',
    domain: 'patterns, component organization, architecture decision records',
    guardrails:
      'a pattern that is new to the project, a breaking interface or schema, a change that reaches into another track',
    extras: ['precedent'],
  },
  product: {
    name: 'Product',
    domain: 'interpretation of scope and requirements, copy',
    guardrails: 'features added, removed or put off, deliverables defined anew, prices, personas, journeys',
    extras: ['spec_reference', 'persona_test'],
  },
  tech: {
    name: 'Tech',
    domain: 'implementation approach, dependencies',
    guardrails:
      'a runtime dependency above 50 KB (gzip), a dependency removed or with a new major version, costs above $50 a month',
    extras: ['dependency_size', 'alternatives_considered', 'implementation_note'],
  },
  qa: {
    name: 'QA',
    domain: 'test strategy, coverage thresholds',
    guardrails:
      'coverage below the minimum, tests of business rules or security left out, known failing tests',
    extras: ['coverage_impact', 'test_recommendation'],
  },
};

/** The values that the lead template takes from the lead. `guardrails`: those of the matrix row that names it. */
export function leadValues(lead: Lead, guardrails?: string): Record<string, string> {
  const role = leadRoles[lead];
  return {
    lead,
    lead_name: role.name,
    domain: role.domain,
    extras: role.extras.map((key) => `, \`${key}\``).join(''),
    guardrails: `${role.guardrails}, and anything about security or live data.${
      guardrails === undefined ? '' : ` For this decision holds: ${guardrails}.`
    }`,
  };
}
