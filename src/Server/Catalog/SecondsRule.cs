namespace Reelay.Server.Catalog;

/// <summary>Lengths in whole seconds: a set, a range, or none at all.</summary>
public sealed class SecondsRule
{
    private readonly IReadOnlyList<int>? _allowed;
    private readonly int _min;
    private readonly int _max;
    private readonly bool _roundsUp;
    private readonly bool _capsAtLargest;

    private SecondsRule(IReadOnlyList<int>? allowed, int min, int max, SecondsSpec? spec)
    {
        (_allowed, _min, _max) = (allowed, min, max);

        // What is fixed is the public model's: one that has other lengths elsewhere must not give another than was asked.
        var isFixed = spec?.Allowed is { Count: 1 };
        _roundsUp = isFixed || spec is { RoundsUp: true };
        _capsAtLargest = isFixed || spec is { CapsAtLargest: true };
    }

    /// <summary>For models and modes that take no length.</summary>
    public static SecondsRule None { get; } = new([], 0, 0, null);

    /// <summary>Whether no length can be asked: there is none, or the source decides.</summary>
    public bool IsNone => _allowed is { Count: 0 };

    /// <summary>The lengths in order; a range is spelled out.</summary>
    public IEnumerable<int> Values => _allowed ?? Enumerable.Range(_min, _max - _min + 1);

    /// <summary>What the public model and the upstream model both allow.</summary>
    /// <param name="spec">The public side; null where it has no lengths.</param>
    /// <param name="upstream">The upstream side; null where nothing is known of it, empty where it takes none.</param>
    public static SecondsRule Of(SecondsSpec? spec, IReadOnlyList<int>? upstream)
    {
        if (spec is null || upstream is { Count: 0 }) return None;
        var rule = new SecondsRule(spec.Allowed, spec.Min ?? 1, spec.Max ?? 60, spec);
        return upstream is null ? rule : new([.. upstream.Where(rule.Allows).Order()], 0, 0, spec);
    }

    /// <summary>Whether that length can be made as it is.</summary>
    public bool Allows(int seconds) => _allowed?.Contains(seconds) ?? (seconds >= _min && seconds <= _max);

    /// <summary>The length that is made for an asked one; null if it is refused.</summary>
    public int? Resolve(int asked)
    {
        if (Allows(asked)) return asked;
        if (IsNone || !_roundsUp) return null;
        foreach (var value in Values)
        {
            if (value >= asked) return value;
        }

        return _capsAtLargest ? Values.Last() : null;
    }

    /// <summary>For messages: <c>4, 8, 12</c> or <c>1 to 60</c>.</summary>
    public override string ToString() => _allowed is null ? $"{_min} to {_max}" : string.Join(", ", _allowed);
}
