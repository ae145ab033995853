using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Reelay.Tests.Conformance;

/// <summary>Names the cases that apply to a provider; what does not apply is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConformanceCasesAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var suite = (ProviderConformance)Activator.CreateInstance(testMethod.ReflectedType!)!;
        return new([.. suite.Checks.Select(check => new TheoryDataRow<string>(check.Name))]);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
