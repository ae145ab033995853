using System.Globalization;

namespace Reelay.Server.Catalog;

/// <summary>Finds what each value of an old model becomes, and every mistake in how that was written.</summary>
internal sealed class SuccessionCheck(IReadOnlyList<PublicModel> models, IReadOnlyList<SuccessorSpec> all, List<string> mistakes)
{
    /// <summary>Every successor without mistakes.</summary>
    public List<Succession> Read() => [.. all.Select(Read).OfType<Succession>()];

    private Succession? Read(SuccessorSpec spec)
    {
        var before = mistakes.Count;
        var (old, successor) = (Find(spec.Name), Find(spec.Model));
        Require(spec, old is not null, "there is no such model to have a successor");
        Require(spec, successor is not null, $"the successor `{spec.Model}` is not in the catalog");
        Require(spec, all.All(other => other.Name != spec.Model), $"the successor `{spec.Model}` has a successor itself; name the last one");
        if (mistakes.Count > before) return null;

        var seconds = new Dictionary<int, int>();
        var sizes = new Dictionary<string, string>(StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (var value in Succession.SecondsOf(old!))
        {
            if (SecondsImage(spec, successor!, value) is { } image) seconds.Add(value, image);
            else missing.Add($"seconds {value}");
        }

        foreach (var value in Succession.SizesOf(old!))
        {
            if (SizeImage(spec, successor!, value) is { } image) sizes.Add(value, image);
            else missing.Add($"size {value}");
        }

        foreach (var key in spec.Seconds.Keys) Require(spec, Succession.SecondsOf(old!).Any(value => Text(value) == key), $"it has no seconds `{key}`");
        foreach (var key in spec.Sizes.Keys) Require(spec, Succession.SizesOf(old!).Contains(key), $"it has no size `{key}`");
        return mistakes.Count > before ? null : new(old!, successor!, seconds, sizes, missing);
    }

    // What is written counts and must be possible; else the same value, where the successor makes it.
    private int? SecondsImage(SuccessorSpec spec, PublicModel successor, int value)
    {
        var isWritten = spec.Seconds.TryGetValue(Text(value), out var text);
        var image = value;
        var isMade = (!isWritten || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out image))
            && successor.Offers.Any(offer => offer.Seconds.Allows(image));
        Require(spec, isMade || !isWritten, $"`{spec.Model}` makes no `{text}` seconds, which {value} should become");
        return isMade ? image : null;
    }

    private string? SizeImage(SuccessorSpec spec, PublicModel successor, string value)
    {
        var isWritten = spec.Sizes.TryGetValue(value, out var text);
        var isMade = PixelSize.TryParse(text ?? value, out var image)
            && successor.Offers.Any(offer => offer.Sizes.Resolve(new(image, null, null)) is { } choice && choice.Size == image);
        Require(spec, isMade || !isWritten, $"`{spec.Model}` makes no size `{text}`, which {value} should become");
        return isMade ? image.ToString() : null;
    }

    private PublicModel? Find(string name) => models.FirstOrDefault(model => model.Name == name);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private void Require(SuccessorSpec spec, bool condition, string mistake)
    {
        if (!condition) mistakes.Add($"The successor of {spec.Name}: {mistake}.");
    }
}
