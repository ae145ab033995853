using System.Reflection;
using Reelay.Tests.Contract.Answers;
using Xunit.v3;

namespace Reelay.Tests.Docs;

/// <summary>
/// Nobody may be named as a proof who does not run. That each client orders exactly the models that name it is compared where it runs, in the
/// tests marked with <see cref="ProvesAttribute"/>.
/// </summary>
public sealed class ProofColumnTests
{
    private static readonly IReadOnlyList<(MethodInfo Method, ProvesAttribute Mark)> _marks =
    [
        .. from type in typeof(ProofColumnTests).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           from mark in method.GetCustomAttributes<ProvesAttribute>()
           select (method, mark),
    ];

    [Fact]
    public void Whoever_is_named_as_a_proof_has_a_test_that_compares_what_it_orders()
    {
        Assert.NotEmpty(ProofClaims.All);
        var proven = _marks.Select(row => (row.Mark.Provider, row.Mark.Client)).ToHashSet();
        Assert.Equal([], ProofClaims.All.Where(claim => !proven.Contains((claim.Provider, claim.Client))));
    }

    [Fact]
    public void Whoever_has_such_a_test_is_named_and_the_test_runs()
    {
        var named = ProofClaims.All.Select(claim => (claim.Provider, claim.Client)).ToHashSet();
        Assert.Equal([], _marks.Where(row => !named.Contains((row.Mark.Provider, row.Mark.Client))));
        Assert.Equal([], _marks.Select(row => new Proof(row.Method.DeclaringType!, row.Method.Name).Fault()).OfType<string>());
    }

    [Fact]
    public void A_model_that_was_not_ordered_and_one_that_is_not_named_are_found()
    {
        var claims = SomeClient();
        var (provider, client) = claims.Key;
        string[] all = [.. claims.SelectMany(claim => claim.Makers).Distinct()];
        Assert.Null(ProofClaims.Fault(provider, client, all));
        Assert.Contains(claims.First().Model, ProofClaims.Fault(provider, client, [.. all.Except(claims.First().Makers)]), StringComparison.Ordinal);
        Assert.Contains("not named by: " + claims.Min(claim => claim.Model), ProofClaims.Fault(provider, "nobody", all), StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_that_never_compares_proves_nothing()
    {
        var claims = SomeClient();
        var (provider, client) = claims.Key;
        var test = (IXunitTest)TestContext.Current.Test!;
        var mark = new ProvesAttribute(provider, client);
        Assert.Contains("never compared", Assert.ThrowsAny<Exception>(() => mark.After(test.TestMethod.Method, test)).Message, StringComparison.Ordinal);
        ProofClaims.Check(provider, client, claims.SelectMany(claim => claim.Makers));
        mark.After(test.TestMethod.Method, test);
    }

    // One whose public models are made by one upstream model each, so that what was ordered follows from what is named.
    private static IGrouping<(string Provider, string Client), ProofClaim> SomeClient() => ProofClaims.All
        .GroupBy(claim => (claim.Provider, claim.Client)).Where(group => group.All(claim => claim.Makers.Count == 1)).MaxBy(group => group.Count())!;
}
