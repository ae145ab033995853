namespace Reelay.Server.Catalog;

/// <summary>Lengths in whole seconds: a set, or a range.</summary>
public sealed class SecondsRule
{
    private readonly IReadOnlyList<int>? _allowed;
    private readonly int _min;
    private readonly int _max;

    private SecondsRule(IReadOnlyList<int>? allowed, int min, int max) => (_allowed, _min, _max) = (allowed, min, max);

    /// <summary>Whether no length is left.</summary>
    public bool IsEmpty => _allowed is { Count: 0 };

    /// <summary>The lengths in order; a range is spelled out.</summary>
    public IEnumerable<int> Values => _allowed ?? Enumerable.Range(_min, _max - _min + 1);

    /// <summary>What the public model and the upstream model both allow; an upstream that names no lengths sets no bound.</summary>
    public static SecondsRule Of(SecondsSpec spec, IReadOnlyList<int> upstream)
    {
        var rule = new SecondsRule(spec.Allowed, spec.Min ?? 1, spec.Max ?? 60);
        return upstream.Count == 0 ? rule : new([.. upstream.Where(rule.Allows).Order()], 0, 0);
    }

    /// <summary>Whether that length can be made.</summary>
    public bool Allows(int seconds) => _allowed?.Contains(seconds) ?? (seconds >= _min && seconds <= _max);

    /// <summary>For messages: <c>4, 8, 12</c> or <c>1 to 60</c>.</summary>
    public override string ToString() => _allowed is null ? $"{_min} to {_max}" : string.Join(", ", _allowed);
}
