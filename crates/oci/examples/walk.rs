//! Walks images.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, missing_docs)]
use oci::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let threads = match args[1].as_str() {
        "two" => Threads::ReadAhead,
        "one" => Threads::One,
        _ => Threads::CallersOnly,
    };
    let at_once: usize = args[2].parse().unwrap();
    let image = open_archive(args[3].as_ref(), &OpenOptions::default()).unwrap();
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if index >= image.layers.len() {
                        break;
                    }
                    let mut layer = image.open_layer_on(index, threads).unwrap();
                    let (mut count, mut bytes) = (0, 0);
                    while let Some(entry) = layer.next_entry().unwrap() {
                        count += 1;
                        bytes += entry.size_bytes;
                    }
                    let digest = layer.finish().unwrap();
                    println!("{index} {count} {bytes} {digest}");
                }
            });
        }
    });
}
