/** The contract of a broker, on the embedded one as a client of Alpaca reaches it. */
import { embeddedForm } from '../../src/cli/conformance-embedded.ts';
import { THROUGH_SERVER } from '../../src/cli/conformance-served.ts';
import { brokerConformance } from '../contract/broker.ts';

brokerConformance(embeddedForm(THROUGH_SERVER));
