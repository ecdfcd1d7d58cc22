"""How Hypothesis draws its examples here, whatever the machine is busy with."""

from hypothesis import HealthCheck

#: How fast examples are drawn says how busy the machine is, nothing of the product.
ANY_SPEED = [HealthCheck.too_slow]
#: For a test whose fixtures are made once for all its examples. A test's own list takes the place of the profile's, so
#: that it has to say both.
EACH_TIME = [*ANY_SPEED, HealthCheck.function_scoped_fixture]
