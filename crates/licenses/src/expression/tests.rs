use model::LicenseCategory::{self, *};

use super::*;

fn check(declared: &str, written: &str, category: LicenseCategory) {
    let license = License::parse(declared);
    assert_eq!(license.to_string(), written, "{declared}");
    assert_eq!(license.category(), category, "{declared}: {license:?}");
    if license.is_spdx() {
        assert!(spdx::Expression::parse(written).is_ok(), "{written}");
    }
}

#[test]
fn spdx_expressions_stay_and_deprecated_ids_are_replaced() {
    check("MIT", "MIT", Permissive);
    check("MIT OR Apache-2.0", "MIT OR Apache-2.0", Permissive);
    check("(MIT AND (LGPL-2.1-or-later OR BSD-3-Clause))", "MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)", Permissive);
    check("GPL-2.0", "GPL-2.0-only", StrongCopyleft);
    check("GPL-2.0+ OR MIT", "GPL-2.0-or-later OR MIT", Permissive);
    check("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0", WeakCopyleft);
    check("apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception", Permissive);
    check("AGPL-3.0", "AGPL-3.0-only", NetworkCopyleft);
    check("Apache-2.0+", "Apache-2.0+", Permissive);
    check("LicenseRef-Fedora-Public-Domain AND MIT", "LicenseRef-Fedora-Public-Domain AND MIT", Permissive);
    check("LicenseRef-Acme", "LicenseRef-Acme", Unknown);
}

#[test]
fn alternatives_ask_least_and_conjunctions_most() {
    check("GPL-3.0-only OR MIT", "GPL-3.0-only OR MIT", Permissive);
    check("GPL-3.0-only AND MIT", "GPL-3.0-only AND MIT", StrongCopyleft);
    check("(SSPL-1.0 OR AGPL-3.0-only) AND MIT", "(SSPL-1.0 OR AGPL-3.0-only) AND MIT", NetworkCopyleft);
    let parts = License::parse("MIT AND (GPL-2.0-only OR GPL-3.0-only) AND ISC").parts();
    assert_eq!(
        parts,
        [
            ("MIT".to_owned(), Permissive),
            ("GPL-2.0-only OR GPL-3.0-only".to_owned(), StrongCopyleft),
            ("ISC".to_owned(), Permissive)
        ]
    );
}

#[test]
fn short_names_of_debian_are_understood() {
    check("GPL-2+", "GPL-2.0-or-later", StrongCopyleft);
    check("LGPL-2.1", "LGPL-2.1-only", WeakCopyleft);
    check("GPL-2+ or Artistic", "GPL-2.0-or-later OR Artistic-1.0-Perl", WeakCopyleft);
    check("GPL-2+, and Expat or ISC", "GPL-2.0-or-later AND (MIT OR ISC)", StrongCopyleft);
    check("GPL-2+ or Expat, and ISC", "(GPL-2.0-or-later OR MIT) AND ISC", Permissive);
    check("GFDL-1.3+", "GFDL-1.3-or-later", WeakCopyleft);
    check("GPL-2+ with Autoconf exception", "GPL-2.0-or-later WITH Autoconf-exception-generic", WeakCopyleft);
    check("GPL-2+ with  OpenSSL exception", "GPL-2+ with OpenSSL exception", StrongCopyleft);
    check("BSD-3-clause and public-domain", "BSD-3-clause and public-domain", Permissive);
    check("GPL", "GPL-1.0-or-later", StrongCopyleft);
    check("LGPL-2+ and GPL", "LGPL-2.0-or-later AND GPL-1.0-or-later", StrongCopyleft);
}

#[test]
fn short_names_of_fedora_and_alpine_are_understood() {
    check("ASL 2.0", "Apache-2.0", Permissive);
    check("GPLv2+ and (MIT or ASL 2.0)", "GPL-2.0-or-later AND (MIT OR Apache-2.0)", StrongCopyleft);
    check("LGPLv2+ and BSD", "LGPLv2+ and BSD", WeakCopyleft);
    check("MPLv2.0", "MPL-2.0", WeakCopyleft);
    check("GPL+ or Artistic", "Artistic-1.0-Perl OR GPL-1.0-or-later", WeakCopyleft);
    check("GPLv2+ with exceptions", "GPLv2+ with exceptions", StrongCopyleft);
    check("AGPLv3", "AGPL-3.0-only", NetworkCopyleft);
    check("GPLv3+ and Public Domain", "GPLv3+ and Public Domain", StrongCopyleft);
    check("GPL2 and LGPL2.1+", "GPL-2.0-only AND LGPL-2.1-or-later", StrongCopyleft);
}

#[test]
fn loose_names_of_languages_are_understood() {
    check("Apache License, Version 2.0", "Apache-2.0", Permissive);
    check("The Apache Software License, Version 2.0", "Apache-2.0", Permissive);
    check("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0", Permissive);
    check("https://opensource.org/licenses/MIT", "MIT", Permissive);
    check("MIT License", "MIT", Permissive);
    check("MIT/Apache-2.0", "MIT OR Apache-2.0", Permissive);
    check(
        "License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)",
        "GPL-3.0-or-later",
        StrongCopyleft,
    );
    check("License :: OSI Approved :: BSD License", "License :: OSI Approved :: BSD License", Permissive);
    check("GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only", WeakCopyleft);
    check("GNU LGPL version 2.1 or later", "LGPL-2.1-or-later", WeakCopyleft);
    check("GPL (>= 2)", "GPL-2.0-or-later", StrongCopyleft);
    check("GPL-2 | GPL-3", "GPL-2.0-only OR GPL-3.0-only", StrongCopyleft);
    check("MIT + file LICENSE", "MIT", Permissive);
    check("BSD 3-Clause", "BSD-3-Clause", Permissive);
    check("3-Clause BSD License", "BSD-3-Clause", Permissive);
    check("Dual License: MIT, GPL-3.0", "Dual License: MIT, GPL-3.0", StrongCopyleft);
    check("MIT, BSD-2-Clause or ISC", "MIT OR BSD-2-Clause OR ISC", Permissive);
    check("MIT || Zlib", "MIT OR Zlib", Permissive);
    check("UNLICENSED", "UNLICENSED", Proprietary);
    check("Unlicense", "Unlicense", PublicDomain);
    check("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0", WeakCopyleft);
    check("Eclipse Public License - v 2.0", "EPL-2.0", WeakCopyleft);
    check(
        "CDDL + GPLv2 with classpath exception",
        "CDDL-1.0 OR GPL-2.0-only WITH Classpath-exception-2.0",
        WeakCopyleft,
    );
    check("GPL2 w/ CPE", "GPL-2.0-only WITH Classpath-exception-2.0", WeakCopyleft);
    check("Business Source License 1.1", "BUSL-1.1", SourceAvailable);
    check("European Union Public Licence 1.2 (EUPL 1.2)", "EUPL-1.2", NetworkCopyleft);
}

#[test]
fn words_that_are_not_understood_stay_and_are_unknown() {
    for odd in [
        "(MIT",
        "MIT)",
        "and MIT",
        "MIT or",
        "()",
        "MIT (ISC)",
        "(MIT) ISC",
        "SEE LICENSE IN LICENSE.md",
        "GPL-9",
        "or",
        "custom",
        "GPL or",
        ", ,",
        "with",
        "MIT with",
        "|",
    ] {
        check(odd, odd, Unknown);
    }
    check("", "", Unknown);
    check("MIT and Frobnicate-2", "MIT and Frobnicate-2", Unknown);
    check("GPL-3.0-only and Frobnicate-2", "GPL-3.0-only and Frobnicate-2", StrongCopyleft);
    check("MIT or Frobnicate-2", "MIT or Frobnicate-2", Permissive);
}

#[test]
fn hostile_declarations_end_soon() {
    let deep = format!("{}MIT{}", "(".repeat(3000), ")".repeat(3000));
    assert_eq!(License::parse(&deep).category(), Unknown);
    let wide = vec!["MIT"; 490].join(" or ");
    assert_eq!(License::parse(&wide).to_string(), "MIT");
    let long = vec!["MIT"; 9000].join(" or ");
    assert_eq!(License::parse(&long).category(), Unknown);
}

#[test]
fn names_of_variants_say_of_what_family_they_are() {
    check("BSD-3-clause-KTH", "BSD-3-clause-KTH", Permissive);
    check("BSD-like-with-advertising-clause", "BSD-like-with-advertising-clause", Permissive);
    check("MIT-OpenVision", "MIT-OpenVision", Permissive);
    check("Kuchling-PD", "Kuchling-PD", PublicDomain);
    check("solar-public-domain", "solar-public-domain", PublicDomain);
    check("LGPL-2.1+ and BSD-3-clause-pcre", "LGPL-2.1+ and BSD-3-clause-pcre", WeakCopyleft);
    check("probably-PD", "probably-PD", Unknown);
    check("BSD-non-commercial", "BSD-non-commercial", Unknown);
    check("MIT-or-GPL", "MIT-or-GPL", Unknown);
}

#[test]
fn and_or_is_a_choice_and_exceptions_may_be_glued_to_their_license() {
    check("ISC and/or LGPL-2.1+", "ISC OR LGPL-2.1-or-later", Permissive);
    check("GPL-3+-autoconf-exception", "GPL-3.0-or-later WITH Autoconf-exception-generic", WeakCopyleft);
    check("GPL-3+-WITH-BISON-EXCEPTION", "GPL-3.0-or-later WITH Bison-exception-2.2", WeakCopyleft);
    check("GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later", WeakCopyleft);
}
