namespace Reelay.Server.Catalog;

/// <summary>A successor as an operator names it: the model that is made where no channel serves the old one any more.</summary>
/// <param name="Name">The old public name.</param>
/// <param name="Model">The public model that takes its place.</param>
/// <param name="Seconds">What lengths of the old model become, where the new one does not make the same; as written.</param>
/// <param name="Sizes">What sizes <c>WxH</c> of the old model become, where the new one does not make the same.</param>
public sealed record SuccessorSpec(
    string Name, string Model, IReadOnlyDictionary<string, string> Seconds, IReadOnlyDictionary<string, string> Sizes);

/// <summary>What every documented value of an old model becomes at its successor.</summary>
/// <param name="Old">The model that is ordered by its old name.</param>
/// <param name="New">The model that is made in its place.</param>
/// <param name="Seconds">Old lengths and what they become, in seconds; without those that have no image.</param>
/// <param name="Sizes">Old sizes and what they become; without those that have no image.</param>
/// <param name="Missing">Documented values of the old model that cannot be ordered in its place, for example <c>seconds 20</c>.</param>
public sealed record Succession(
    PublicModel Old, PublicModel New, IReadOnlyDictionary<int, int> Seconds, IReadOnlyDictionary<string, string> Sizes, IReadOnlyList<string> Missing)
{
    /// <summary>Lengths the old model documents, in order; empty for pictures.</summary>
    public static IEnumerable<int> SecondsOf(PublicModel model) => SecondsRule.Of(model.Spec.Seconds, null).Values;

    /// <summary>Sizes the old model documents.</summary>
    public static IEnumerable<string> SizesOf(PublicModel model) => model.Spec.Tiers.SelectMany(tier => tier.Sizes).Distinct();

    /// <summary>What an operator should know of it at start; null if every value has an image.</summary>
    public string? Note => Missing.Count == 0 ? null
        : $"The successor {New.Name} of {Old.Name} has nothing for {string.Join(", ", Missing)}: such orders are refused while no channel serves {Old.Name} itself.";
}
