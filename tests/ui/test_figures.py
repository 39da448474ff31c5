from workbench.records import PassageProfile
from workbench.ui.figures import profile_figure, strip_figure


def test_a_profile_draws_suspect_and_controls_at_their_places_with_inert_words():
    profile = PassageProfile("a/b#c", (3, 9), (0.1, 0.2), (0.5, 0.4), (3,))
    suspect, controls = profile_figure("<b>bold</b> words", profile).data
    assert list(suspect.x) == list(controls.x) == [3, 9]
    assert (list(suspect.y), list(controls.y)) == ([0.1, 0.2], [0.5, 0.4])
    assert list(suspect.customdata) == ["&lt;b&gt;", "&lt;b&gt;bold&lt;/"]


def test_a_strip_lays_both_divergences_over_the_words_read_so_far():
    profile = PassageProfile("a/b#c", (3, 9), (0.1, 0.2), (0.5, 0.4), (3,))
    suspect, controls = strip_figure("<b>bold</b> words", profile).data
    assert list(suspect.z[0][:2]) == [0.1, 0.2]
    assert list(controls.z[0][:2]) == [0.5, 0.4]
    assert list(suspect.text[0][:3]) == ["&lt;b&gt;", "bold&lt;/", None]
