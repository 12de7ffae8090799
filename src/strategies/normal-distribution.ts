/** Beyond this distance from 0, the probability on the far side is below 1e-16. */
const FAR = 8.3;

/**
 * The standard normal distribution function, absolute error below 1e-14:
 * 1/2 + density(z) (z + z^3/3 + z^5/(3 5) + z^7/(3 5 7) + ...), Marsaglia (2004), "Evaluating the Normal Distribution".
 */
export function normalCdf(z: number): number {
  if (z <= -FAR) return 0;
  if (z >= FAR) return 1;
  let [sum, previous, term] = [z, 0, z];
  for (let odd = 3; sum !== previous && !Number.isNaN(sum); odd += 2) {
    previous = sum;
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}
