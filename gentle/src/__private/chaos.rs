//! That the feature is on.

impl super::BuiltWith for super::ChaosFeature {}
