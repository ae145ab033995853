using System.Text.Json;
using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>One value of one parameter, and where it stood.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Path">Where it stood, in the caller's spelling: <c>duration</c>, <c>metadata.seconds</c>.</param>
/// <param name="Value">What was sent.</param>
internal readonly record struct Asked(Parameter Parameter, string Path, JsonElement Value)
{
    /// <summary>Whether it stood at top level.</summary>
    public bool IsTopLevel => !Path.Contains('.', StringComparison.Ordinal);
}

/// <summary>Reads one value; returns why it cannot be read, or null.</summary>
internal delegate ApiError? ValueReader<T>(Asked asked, out T value);

/// <summary>Everything that was asked, from all places, neutral values left out.</summary>
internal sealed class AskedParameters
{
    private readonly List<Asked> _all = [];

    public IReadOnlyList<Asked> All => _all;

    /// <summary>Whether of differing values the one at top level wins.</summary>
    public bool IsLenient { get; init; }

    public void Add(Asked asked)
    {
        if (!Values.IsNeutral(asked)) _all.Add(asked);
    }

    /// <summary>Puts one value in the place of everything that was sent of a parameter.</summary>
    public void Replace(Asked asked)
    {
        _all.RemoveAll(other => ReferenceEquals(other.Parameter, asked.Parameter));
        _all.Add(asked);
    }

    /// <summary>For a lenient key, once everything is gathered: what stands at top level wins over other places.</summary>
    public void PreferTopLevel()
    {
        if (!IsLenient) return;
        var atTop = _all.Where(asked => asked.IsTopLevel).Select(asked => asked.Parameter).ToHashSet();
        _all.RemoveAll(asked => !asked.IsTopLevel && atTop.Contains(asked.Parameter));
    }

    /// <summary>All values of one parameter.</summary>
    public IEnumerable<Asked> Of(Parameter parameter) => _all.Where(asked => ReferenceEquals(asked.Parameter, parameter));

    /// <summary>Reads a parameter that has one value, wherever and however often it stands.</summary>
    /// <param name="path">Where it was found first; null if it was not sent.</param>
    /// <returns>Null, or why it cannot be read: a bad value, or values that differ.</returns>
    public ApiError? One<T>(Parameter parameter, ValueReader<T> read, out T? value, out string? path)
    {
        value = default;
        path = null;
        foreach (var asked in _all)
        {
            if (!ReferenceEquals(asked.Parameter, parameter)) continue;
            if (read(asked, out var found) is { } error) return error;
            if (path is null || (IsLenient && asked.Path == parameter.Name))
            {
                (value, path) = (found, asked.Path);
            }
            else if (!IsLenient && !EqualityComparer<T>.Default.Equals(value, found))
            {
                return OrderErrors.Conflict(path, asked.Path);
            }
        }

        return null;
    }
}
