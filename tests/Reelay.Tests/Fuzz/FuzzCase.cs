using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Reelay.Tests.Fuzz;

/// <summary>One change of a request.</summary>
/// <param name="Name">Which, by its name in the tables.</param>
/// <param name="Seed">Decides where and how.</param>
internal sealed record Mutation(string Name, int Seed)
{
    public void Apply(FuzzRequest request)
    {
        var change = FieldMutations.All.TryGetValue(Name, out var found) ? found : WireMutations.All[Name];
        change(request, new Random(Seed));
    }
}

/// <summary>A right request and what is done to it. The same case makes the same message in every world, but for the ids in it.</summary>
internal sealed record FuzzCase(int Recipe, IReadOnlyList<Mutation> Mutations)
{
    private const int MaxShownLength = 2_000;

    private static readonly string[] OfFields = [.. FieldMutations.All.Keys];
    private static readonly string[] OfWire = [.. WireMutations.All.Keys];

    /// <summary>Draws cases; the smaller ones of a failing case have fewer changes.</summary>
    public static Arbitrary<FuzzCase> Any { get; } = Arb.From(Draw(), Shrink);

    public Recipe Origin => FuzzCorpus.Recipes[Recipe];

    public FuzzRequest Build(FuzzNames names)
    {
        var request = Origin.Build(names);
        request.Names = names;
        foreach (var mutation in Mutations) mutation.Apply(request);
        return request;
    }

    /// <summary>The case, and the message it makes, with words in braces for ids.</summary>
    public override string ToString()
    {
        var message = Encoding.Latin1.GetString(Build(new FuzzNames()).Render());
        var shown = new StringBuilder().Append('\'').Append(Origin.Name).Append('\'');
        foreach (var mutation in Mutations) shown.Append(", ").Append(mutation.Name).Append(" (").Append(mutation.Seed).Append(')');
        shown.AppendLine(":");
        foreach (var character in message.Length <= MaxShownLength ? message : message[..MaxShownLength])
            shown.Append(character is '\r' or '\n' or (>= ' ' and <= '~') ? character.ToString() : $"\\x{(int)character:x2}");
        return shown.AppendLine(message.Length <= MaxShownLength ? "" : $" … {message.Length} bytes in all").ToString();
    }

    private static Gen<FuzzCase> Draw()
    {
        // Bodies have far more in them than heads; a request in eight stays right.
        var mutation = Gen.Frequency((3, Gen.Elements(OfFields)), (2, Gen.Elements(OfWire)))
            .SelectMany(name => Gen.Choose(0, int.MaxValue - 1).Select(seed => new Mutation(name, seed)));
        return Gen.Choose(0, FuzzCorpus.Recipes.Count - 1).SelectMany(recipe =>
            Gen.Frequency((1, Gen.Constant(0)), (3, Gen.Constant(1)), (2, Gen.Constant(2)), (2, Gen.Choose(3, 6)))
                .SelectMany(count => mutation.ArrayOf(count).Select(mutations => new FuzzCase(recipe, mutations))));
    }

    private static IEnumerable<FuzzCase> Shrink(FuzzCase failing)
    {
        for (var index = 0; index < failing.Mutations.Count; index++)
            yield return failing with { Mutations = [.. failing.Mutations.Where((_, at) => at != index)] };
    }
}
