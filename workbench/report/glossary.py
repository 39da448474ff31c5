"""The report's own terms and the works it cites."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A word that this report uses in one meaning only."""

    word: str
    meaning: str


GLOSSARY = tuple(
    Term(word, meaning)
    for word, meaning in (
        (
            "access level",
            "What of a model can be seen: its texts, or how likely it finds each token.",
        ),
        ("alternative", "Another explanation of a likeness than derivation from the reference."),
        (
            "bounds",
            (
                "The smallest and the largest likelihood ratio that a calibration can carry, "
                "whatever the score."
            ),
        ),
        (
            "calibration",
            (
                "Pairs of models of known history, scored as the case is, from which likelihood "
                "ratios and error rates are made."
            ),
        ),
        ("case", "All records about one suspicion: plan, answers, comparisons and their digests."),
        (
            "centred score",
            (
                "A score less what reference and model reach with the other models of the panel; 0 "
                "is what an independent model is expected to reach."
            ),
        ),
        (
            "Cllr",
            (
                "The cost of a calibration's likelihood ratios: 0 is perfect, 1 is what one who "
                "always says 1 would pay."
            ),
        ),
        ("control", "A model declared to be independent of the reference: the background."),
        (
            "decoding",
            "Settings under which a model writes: temperature, longest answer, number of repeats.",
        ),
        (
            "derived",
            (
                "Made from a model's weights (re-served, quantised, fine-tuned, merged), or trained "
                "on what it wrote."
            ),
        ),
        ("digest", "A SHA-256 number of some content; other content has another."),
        (
            "distribution",
            "How likely a model finds each token that could come next.",
        ),
        ("embedding", "A text as a row of numbers, near to those of texts with a like meaning."),
        ("exhibit", "A numbered figure that is evidence, with its data and their digest."),
        ("family", "Models of one descent. It counts once, however many of them there are."),
        (
            "interval",
            (
                "Where a number may lie, for all that the choice of probes (95 %) or of probes, "
                "families and panels (90 %) leaves open."
            ),
        ),
        ("journal", "A file of records, each of which holds the digest of the one before."),
        (
            "level",
            (
                "The words of the verbal scale for a likelihood ratio, read at the limit of its "
                "interval that is nearer to 1."
            ),
        ),
        (
            "likelihood ratio",
            (
                "How many times more probable the findings are if one statement is true than if "
                "another is."
            ),
        ),
        ("metric", "A rule that turns the answers of two models into a number."),
        ("observation", "What a model gave to one probe, once; a failure is one, too."),
        (
            "outcome",
            "What came of an observation: answered, truncated, empty, refused or failed.",
        ),
        ("pack", "A versioned file of probes."),
        ("panel", "The controls of a comparison, taken together."),
        ("plan", "What is asked of whom, and how it is measured, fixed before anything is asked."),
        ("probe", "One prompt, with its settings."),
        ("proposition", "A statement of what may be true, weighed against another."),
        (
            "protocol",
            (
                "Everything that scores must share for a calibration to speak of them: packs, "
                "decoding, metrics, access level."
            ),
        ),
        (
            "rank p-value",
            "How often an unrelated model would stand as high among the controls by luck alone.",
        ),
        ("reference", "The known model from which derivation is alleged."),
        ("repeat", "One of several answers to the same probe."),
        ("run", "One model answering one plan."),
        ("score", "A number for how alike two models are, with its interval."),
        ("sham", "A control put in the suspect's place, to see what is said of it."),
        ("suspect", "The model under examination."),
        ("token", "A piece of text as a model reads and writes it."),
        ("tokenizer", "What cuts text into tokens."),
        ("verbal scale", "Fixed words for bands of the likelihood ratio."),
        ("verdict", "What may be said in answer to the questions."),
        ("weights", "The numbers that a model consists of."),
    )
)
"""In the order of the alphabet."""

REFERENCES = (
    (
        "Association of Forensic Science Providers (2009). Standards for the formulation of evaluative "
        "forensic science expert opinion. Science & Justice 49(3), 161–164."
    ),
    (
        "Brümmer, N. & du Preez, J. (2006). Application-independent evaluation of speaker detection. "
        "Computer Speech & Language 20(2–3), 230–275."
    ),
    (
        "Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits "
        "illustrated in the case of the binomial. Biometrika 26(4), 404–413."
    ),
    "Daubert v. Merrell Dow Pharmaceuticals, Inc., 509 U.S. 579 (1993).",
    (
        "European Network of Forensic Science Institutes (2015). ENFSI guideline for evaluative "
        "reporting in forensic science."
    ),
    "Federal Rules of Evidence, Rule 702, as amended on 1 December 2023.",
    "ISO 21043-5:2025. Forensic sciences, part 5: Reporting.",
    (
        "Lund, S. P. & Iyer, H. (2017). Likelihood ratio as weight of forensic evidence: a closer "
        "look. Journal of Research of NIST 122, 27."
    ),
    (
        "Meuwly, D., Ramos, D. & Haraksim, R. (2017). A guideline for the validation of likelihood "
        "ratio methods used for forensic evidence evaluation. Forensic Science International 276, "
        "142–153."
    ),
    (
        "Shum, S., Dehak, N., Dehak, R. & Glass, J. (2010). Unsupervised speaker adaptation based "
        "on the cosine similarity for text-independent speaker verification. Odyssey 2010."
    ),
    (
        "Vergeer, P., van Es, A., de Jongh, A., Alberink, I. & Stoel, R. (2016). Numerical likelihood "
        "ratios outputted by LR systems are often based on extrapolation: when to stop extrapolating? "
        "Science & Justice 56(6), 482–491."
    ),
    (
        "Zadrozny, B. & Elkan, C. (2002). Transforming classifier scores into accurate multiclass "
        "probability estimates. KDD 2002, 694–699."
    ),
)
"""In the order of the alphabet."""
