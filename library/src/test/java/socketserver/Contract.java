package socketserver;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.Stream;

/// A behaviour that every variant shows, but for those that [Exceptions] names.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@ArgumentsSource(Contract.Variants.class)
@interface Contract {
    /// The variants that show the behaviour.
    final class Variants implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            boolean all =
                    context.getConfigurationParameter("socketserver.excluded").orElse("").isBlank();
            return Variant.all().stream()
                    .filter(variant -> all || !variant.isLong(context.getRequiredTestClass()))
                    .filter(variant -> !Exceptions.hold(context.getRequiredTestMethod(), variant))
                    .map(Arguments::of);
        }
    }
}
