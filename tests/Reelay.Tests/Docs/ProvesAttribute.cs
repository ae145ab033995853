using System.Reflection;
using Xunit.v3;

namespace Reelay.Tests.Docs;

/// <summary>
/// Says that a test drives the public models of one provider with one client, or one mock, that others wrote. A test so marked must end with
/// <see cref="ProofClaims.Check(string, string, IEnumerable{string})"/> for it, else it fails: the mark alone is no proof.
/// </summary>
/// <param name="provider">Id of the provider.</param>
/// <param name="client">The client as the catalog's <c>proof</c> names it.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ProvesAttribute(string provider, string client) : BeforeAfterTestAttribute
{
    /// <summary>Id of the provider.</summary>
    public string Provider => provider;

    /// <summary>The client as the catalog's <c>proof</c> names it.</summary>
    public string Client => client;

    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        // A test that failed or was skipped says so itself.
        if (TestContext.Current.TestState is { Result: TestResult.Failed or TestResult.Skipped }) return;
        var isChecked = ProofClaims.IsChecked(test.UniqueID, provider, client);
        Assert.True(isChecked, $"{methodUnderTest.Name} is to prove {client} for {provider} and never compared what it drove.");
    }
}
