"""What a filter can reach on the Kalman task that is not told the systems, nor when they change.

A Rao-Blackwellised particle filter: each particle holds a system and, exactly, the Gaussian
belief of its hidden value. With many particles its mean is the best estimate that any
function of the observations can give. It knows the task's distributions; a network must
learn them. The episodes are drawn here, not by ganglion.
"""
import numpy as np

SWITCH = 0.01
FIRST_SWITCH = 101
WINDOWS = ((0, 5), (5, 10), (10, 20))


def draw(random, count):
    """Systems of one dimension: decay a step, centre, process and observation variance."""
    tau = random.uniform(1, 10, count)
    return np.stack([
        1 - 1 / tau, random.uniform(-3, 3, count), 2 / tau - tau**-2,
        random.uniform(0.1, 3, count) ** 2])


def episode(random, steps, systems=draw):
    """Hidden values, observations, the systems that rule, and steps since the last switch."""
    system, since = systems(random, 1)[:, 0], 10**6
    x = system[1] + random.normal()
    hidden, observed, ruling, age = [], [], [], []
    for t in range(steps):
        if t >= FIRST_SWITCH and random.random() < SWITCH:
            system, since = systems(random, 1)[:, 0], 0
            x = system[1] + random.normal()
        elif t > 0:
            decay, centre, process, _ = system
            x, since = centre + (x - centre) * decay + process**0.5 * random.normal(), since + 1
        hidden.append(x)
        observed.append(x + system[3]**0.5 * random.normal())
        ruling.append(system)
        age.append(since)
    return np.array(hidden), np.array(observed), np.array(ruling), np.array(age)


def predict(system, mean, variance):
    decay, centre, process, _ = system
    return centre + (mean - centre) * decay, decay**2 * variance + process


def observe(system, mean, variance, y):
    """The belief after an observation, and the logarithm of its likelihood."""
    total = variance + system[3]
    error, gain = y - mean, variance / total
    return mean + gain * error, variance * (1 - gain), -0.5 * (error**2 / total + np.log(total))


def knowing(observed, ruling, age):
    """Estimates of the filter that is told every system."""
    estimates = []
    mean, variance = ruling[0][1], 1.0
    for t, (y, system) in enumerate(zip(observed, ruling, strict=True)):
        if age[t] == 0:
            mean, variance = system[1], 1.0
        elif t > 0:
            mean, variance = predict(system, mean, variance)
        mean, variance, _ = observe(system, mean, variance, y)
        estimates.append(mean)
    return np.array(estimates)


def inferring(random, observed, particles, systems=draw):
    """Estimates of the filter that must infer the systems and their switches."""
    system = systems(random, particles)
    mean, variance, weight = system[1].copy(), np.ones(particles), np.zeros(particles)
    estimates = []
    for t, y in enumerate(observed):
        if t > 0:
            mean, variance = predict(system, mean, variance)
        if t >= FIRST_SWITCH:
            new = np.flatnonzero(random.random(particles) < SWITCH)
            system[:, new] = systems(random, len(new))
            mean[new], variance[new] = system[1, new], 1
        mean, variance, likelihood = observe(system, mean, variance, y)
        weight += likelihood
        share = np.exp(weight - weight.max())
        share /= share.sum()
        estimates.append(share @ mean)
        if 1 / (share @ share) < particles / 2:
            # Systematic resampling.
            places = (random.random() + np.arange(particles)) / particles
            chosen = np.searchsorted(np.cumsum(share), places).clip(0, particles - 1)
            system, mean, variance = system[:, chosen], mean[chosen], variance[chosen]
            weight = np.zeros(particles)
    return np.array(estimates)


def floor(episodes=96, particles=10_000, steps=500):
    """Mean squared errors of both filters: all steps, then by steps after a switch.

    Also the standard error of the difference over all steps, episode by episode.
    """
    errors = {"inferring": [], "knowing": []}
    ages = []
    for number in range(episodes):
        random = np.random.default_rng(number)
        hidden, observed, ruling, age = episode(random, steps)
        errors["knowing"].append((knowing(observed, ruling, age) - hidden) ** 2)
        errors["inferring"].append((inferring(random, observed, particles) - hidden) ** 2)
        ages.append(age)
    ages = np.array(ages)
    errors = {name: np.array(value) for name, value in errors.items()}
    table = {
        name: [value.mean(), *(value[(ages >= first) & (ages < last)].mean()
                               for first, last in WINDOWS)]
        for name, value in errors.items()}
    difference = (errors["inferring"] - errors["knowing"]).mean(1)
    return table, difference.std(ddof=1) / episodes**0.5
