internal import Differentiation
internal import RealModule

/// A two-joint arm in the plane, stepped by explicit Euler.
///
/// Segments of 0.3 m; inertia 0.025 and 0.045 kg m², masses 1.4 and 1 kg, centres of mass
/// at 0.11 and 0.16 m, joint friction. Reference: Li, Todorov (2004).
enum Arm {
  static let lengths = (0.3, 0.3)
  /// Shoulder and elbow at rest, in radians: the hand is at (0, 0.2052) m.
  static let rest = [20 * Double.pi / 180, 140 * Double.pi / 180]
  static let centre = (
    0.3 * Double.cos(rest[0]) + 0.3 * Double.cos(rest[0] + rest[1]),
    0.3 * Double.sin(rest[0]) + 0.3 * Double.sin(rest[0] + rest[1])
  )

  private static let a1 = 0.025 + 0.045 + 1.0 * 0.3 * 0.3
  private static let a2 = 1.0 * 0.3 * 0.16
  private static let a3 = 0.045

  /// The state (θ₁, θ₂, ω₁, ω₂) after `dt` under a torque.
  ///
  /// `M acceleration = torque − C − B ω`; the angles move with the old velocities.
  static func step(_ arm: Expression, torque: Expression, one: Expression, dt: Double) -> Expression
  {
    let w1 = arm[2]
    let w2 = arm[3]
    let c2 = cos(arm[1])
    let s2 = sin(arm[1])
    let m11 = a1 * one + 2 * a2 * c2
    let m12 = a3 * one + a2 * c2
    let determinant = a3 * m11 - m12 * m12
    let centrifugal1 = a2 * (s2 * (w2 * (2 * w1 + w2))) * -1
    let centrifugal2 = a2 * (s2 * (w1 * w1))
    let f1 = torque[0] - centrifugal1 - (0.05 * w1 + 0.025 * w2)
    let f2 = torque[1] - centrifugal2 - (0.025 * w1 + 0.05 * w2)
    let inverse = apply(.reciprocal, to: determinant)
    let acceleration1 = inverse * (a3 * f1 - m12 * f2)
    let acceleration2 = inverse * (m11 * f2 - m12 * f1)
    return arm + dt * concatenate([w1, w2, acceleration1, acceleration2])
  }

  /// The hand's position and velocity: (x, y, vx, vy).
  static func hand(_ arm: Expression) -> Expression {
    let sum = (arm[0] + arm[1])
    let c1 = cos(arm[0])
    let s1 = sin(arm[0])
    let c12 = cos(sum)
    let s12 = sin(sum)
    let both = arm[2] + arm[3]
    return concatenate([
      lengths.0 * c1 + lengths.1 * c12, lengths.0 * s1 + lengths.1 * s12,
      -lengths.0 * (s1 * arm[2]) - lengths.1 * (s12 * both),
      lengths.0 * (c1 * arm[2]) + lengths.1 * (c12 * both),
    ])
  }
}
