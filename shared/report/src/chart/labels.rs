//! Names beside the ends of lines, moved apart where they would overlap.

/// Places as near to `wanted` as they can be, `distance` apart and between the two ends.
pub(crate) fn spread(wanted: &[f64], distance: f64, (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|one, other| wanted[*one].total_cmp(&wanted[*other]).then(one.cmp(other)));
    let mut clusters: Vec<Cluster> = Vec::new();
    for index in order {
        let mut cluster = Cluster { members: vec![index], first: wanted[index].clamp(top, bottom.max(top)) };
        // A cluster that touches the one above joins it; both move to their common middle.
        while let Some(above) = clusters.pop_if(|above| above.end(distance) > cluster.first) {
            cluster = above.joined(cluster, distance, (top, bottom));
        }
        clusters.push(cluster);
    }
    let mut places = vec![0.0; wanted.len()];
    for cluster in clusters {
        for (position, member) in cluster.members.iter().enumerate() {
            places[*member] = cluster.first + position as f64 * distance;
        }
    }
    places
}

struct Cluster {
    members: Vec<usize>,
    first: f64,
}

impl Cluster {
    fn end(&self, distance: f64) -> f64 {
        self.first + self.members.len() as f64 * distance
    }

    fn joined(mut self, below: Self, distance: f64, (top, bottom): (f64, f64)) -> Self {
        let (above_count, below_count) = (self.members.len() as f64, below.members.len() as f64);
        // The mean of where all members would like the cluster to begin.
        let wanted = (self.first * above_count + (below.first - above_count * distance) * below_count)
            / (above_count + below_count);
        self.members.extend(below.members);
        let last_start = bottom - (self.members.len() as f64 - 1.0) * distance;
        self.first = wanted.min(last_start).max(top);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::spread;
    use proptest::prelude::{prop, proptest};

    #[test]
    fn only_what_overlaps_moves() {
        assert_eq!(spread(&[100.0, 50.0, 104.0], 14.0, (0.0, 200.0)), [95.0, 50.0, 109.0]);
        assert_eq!(spread(&[199.0, 198.0], 14.0, (0.0, 200.0)), [200.0, 186.0]);
        assert_eq!(spread(&[-5.0], 14.0, (0.0, 200.0)), [0.0]);
        assert!(spread(&[], 14.0, (0.0, 200.0)).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_overlaps_and_nothing_leaves(wanted in prop::collection::vec(-50.0..300.0, 0..12)) {
            let mut places = spread(&wanted, 14.0, (0.0, 230.0));
            places.sort_by(f64::total_cmp);
            assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 14.0 - 1e-6), "{places:?}");
            assert!(places.iter().all(|place| (-1e-6..=230.0 + 1e-6).contains(place)), "{places:?}");
        }
    }
}
